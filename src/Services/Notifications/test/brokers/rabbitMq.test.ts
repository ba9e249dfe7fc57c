import { connect } from 'amqplib';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { RabbitMqBroker } from '../../src/brokers/rabbitMq.js';

vi.mock('amqplib');

test('A stop while RabbitMQ is being connected to ends with the connection, which is closed', async () => {
  let make: (connection: unknown) => void = () => undefined;
  vi.mocked(connect).mockReturnValue(new Promise((resolve) => (make = resolve)) as never);
  const broker = new RabbitMqBroker(
    { uri: 'amqp://some', group: 'some', partitions: 1 }, pino({ level: 'silent' }));
  broker.start(['orders'], () => Promise.resolve());
  expect(connect).toHaveBeenCalledOnce();
  const stopped = broker.stop();
  const close = vi.fn(() => Promise.resolve());
  // All that is asked of it works, and nothing ever ends it.
  const channel = new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : () => Promise.resolve()) });
  make({
    on: () => undefined, close, createChannel: () => Promise.resolve(channel), connection: { serverProperties: {} },
  });
  await stopped;
  expect(close).toHaveBeenCalledOnce();
});
