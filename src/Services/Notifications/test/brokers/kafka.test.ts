import { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { KafkaBroker } from '../../src/brokers/kafka.js';

test('A stop while Kafka is being connected to ends, and nothing is read after it', async () => {
  let connected: () => void = () => undefined;
  const run = vi.fn(() => Promise.resolve());
  const connect = vi.fn(() => new Promise<void>((resolve) => (connected = resolve)));
  const settled = () => Promise.resolve();
  const consumer = { on: () => undefined, connect, subscribe: settled, run, disconnect: settled };
  vi.spyOn(Kafka.prototype, 'consumer').mockReturnValue(consumer as never);
  const settings = {
    group: 'some', partitions: 1, bootstrapServers: ['127.0.0.1:1'], sessionTimeoutMilliseconds: 6_000,
  };
  const broker = new KafkaBroker(settings, pino({ level: 'silent' }));
  broker.start(['orders'], () => Promise.resolve());
  expect(connect).toHaveBeenCalledOnce();
  const stopped = broker.stop();
  connected();
  await stopped;
  expect(run).not.toHaveBeenCalled();
});
