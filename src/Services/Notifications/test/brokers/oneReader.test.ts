import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Broker } from '../../src/brokers/broker.js';
import { KafkaBroker } from '../../src/brokers/kafka.js';
import { RabbitMqBroker } from '../../src/brokers/rabbitMq.js';
import { RedisBroker } from '../../src/brokers/redis.js';

// Given by who runs these tests with servers at hand: `host:port`, an address, and `host:port`.
const redisAt = process.env['TESSERA_TEST_REDIS'];
const rabbitMqAt = process.env['TESSERA_TEST_RABBITMQ'];
const kafkaAt = process.env['TESSERA_TEST_KAFKA'];
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

describe.skipIf(kafkaAt === undefined)('on Kafka', () => {
  test('a partition that one replica reads is left alone by another, and one of them has it afterwards', async () => {
    const stream = `orders-${randomUUID()}`;
    const bootstrapServers = [kafkaAt ?? ''];
    const settings = { bootstrapServers, group, partitions: 1, sessionTimeoutMilliseconds: 12_000 };
    const client = new Kafka({ brokers: bootstrapServers, logLevel: logLevel.NOTHING });
    const [admin, producer] = [client.admin(), client.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    onTestFinished(async () => void (await Promise.all([admin.disconnect(), producer.disconnect()])));
    await admin.createTopics({ topics: [{ topic: stream, numPartitions: 1 }], waitForLeaders: true });
    const publish = (...bodies: string[]) =>
      producer.send({ topic: stream, messages: bodies.map((value) => ({ key: 'k', value })) });
    const groupState = async () => (await admin.describeGroups([`${group}.${stream}`])).groups[0]?.state;

    const first = replica(new KafkaBroker(settings, log), stream);
    await publish('1');
    await expect.poll(() => first.taken, within).toEqual(['1']);
    const second = replica(new KafkaBroker(settings, log), stream);
    second.goOn();
    // It has asked to; who reads the partition has it until he is done with what he has in hand.
    await expect.poll(groupState, within).toBe('PreparingRebalance');
    await publish('2');
    expect([await groupState(), second.taken, second.reads(), first.reads()])
      .toEqual(['PreparingRebalance', [], [], [0]]);
    first.goOn();
    await expect.poll(() => first.taken.length + second.taken.length, within).toBe(2);
    await expect.poll(groupState, within).toBe('Stable');
    const more = Array.from({ length: 10 }, (_, number) => String(number + 3));
    await publish(...more);
    await expect.poll(() => first.taken.length + second.taken.length, within).toBe(12);
    // Kafka says which of them goes on, and the second begins where the first has ended.
    expect([...first.taken, ...second.taken]).toEqual(['1', '2', ...more]);
    const [owner, other] = second.taken.length > 0 ? [second, first] : [first, second];
    await expect.poll(() => [owner.reads(), other.reads()], within).toEqual([[0], []]);
    await owner.broker.stop();
    await publish('13');
    await expect.poll(() => other.taken.at(-1), within).toBe('13');
    expect(other.reads()).toEqual([0]);
  });
});
