import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Broker } from '../../src/brokers/broker.js';
import { RabbitMqBroker } from '../../src/brokers/rabbitMq.js';
import { RedisBroker } from '../../src/brokers/redis.js';

// Given by who runs these tests with servers at hand: `host:port`, and an address.
const redisAt = process.env['TESSERA_TEST_REDIS'];
const rabbitMqAt = process.env['TESSERA_TEST_RABBITMQ'];
const log = pino({ level: 'silent' });
const within = { timeout: 50_000 };
const group = 'some';

/** A replica that notes what it takes, and is not done with it before it is told. */
function replica(broker: Broker, stream: string) {
  const taken: string[] = [];
  let goOn: () => void = () => undefined;
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  broker.start([stream], async (messages) => {
    taken.push(...messages.map((message) => message.body.toString()));
    await mayGoOn;
  });
  onTestFinished(async () => {
    goOn();
    await broker.stop();
  });
  return { broker, taken, goOn, reads: () => broker.status().flatMap((each) => each.partitions) };
}

describe.skipIf(redisAt === undefined)('on Redis', () => {
  test('a partition that one replica reads is left alone by another, which takes over once it is let go', async () => {
    const [host, port] = (redisAt ?? '').split(':');
    const place = { host: host ?? '', port: Number(port) };
    const stream = `orders-${randomUUID()}`;
    const settings = { ...place, tls: false, group, partitions: 1, leaseMilliseconds: 5_000 };
    const client = new Redis(place);
    onTestFinished(() => client.disconnect());
    const publish = (body: string) => client.xadd(`${stream}:0`, '*', 'content-type', 'application/json', 'data', body);

    const first = replica(new RedisBroker(settings, log), stream);
    await publish('1');
    await expect.poll(() => first.taken, within).toEqual(['1']);
    const other = new RedisBroker(settings, log);
    // What it is answered each time that it asks for something to read.
    const asked = vi.spyOn((other as unknown as { commands: Redis }).commands, 'callBuffer');
    const second = replica(other, stream);
    second.goOn();
    await publish('2');
    const before = asked.mock.calls.length;
    const answered = () => asked.mock.settledResults.length;
    await expect.poll(() => second.taken.length > 0 || answered() > before + 2, within).toBe(true);
    expect([second.taken, second.reads(), first.reads()]).toEqual([[], [], [0]]);
    first.goOn();
    await expect.poll(() => first.taken, within).toEqual(['1', '2']);
    await first.broker.stop();
    await publish('3');
    await expect.poll(() => second.taken, within).toEqual(['3']);
    expect(second.reads()).toEqual([0]);
  });
});

describe.skipIf(rabbitMqAt === undefined)('on RabbitMQ', () => {
  test('a partition that one replica reads is left alone by another, which takes over once it is let go', async () => {
    const stream = `orders-${randomUUID()}`;
    const settings = { uri: rabbitMqAt ?? '', group, partitions: 1 };
    const connection = await connect(rabbitMqAt ?? '');
    onTestFinished(() => connection.close());
    const channel = await connection.createConfirmChannel();
    const publish = async (...bodies: string[]) => {
      for (const body of bodies) channel.publish(stream, '0', Buffer.from(body));
      await channel.waitForConfirms();
    };

    const first = replica(new RabbitMqBroker(settings, log), stream);
    await expect.poll(first.reads, within).toEqual([0]);
    await publish('1');
    await expect.poll(() => first.taken, within).toEqual(['1']);
    const second = replica(new RabbitMqBroker(settings, log), stream);
    second.goOn();
    await expect.poll(second.reads, within).toEqual([0]); // It has asked to; nothing is given to it.
    const more = Array.from({ length: 10 }, (_, number) => String(number + 2));
    await publish(...more);
    first.goOn();
    await expect.poll(() => first.taken.length + second.taken.length, within).toBe(11);
    expect([first.taken, second.taken]).toEqual([['1', ...more], []]);
    await first.broker.stop();
    await publish('12');
    await expect.poll(() => second.taken, within).toEqual(['12']);
    await channel.deleteQueue(`${group}.${stream}.0`);
    await channel.deleteExchange(stream);
  });
});
