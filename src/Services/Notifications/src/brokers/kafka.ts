import kafkajs, { type Kafka, type Consumer, type EachBatchPayload, type KafkaMessage } from 'kafkajs';
import lz4 from 'lz4js';
import type { Logger } from 'pino';
import type { Received } from '../events/received.js';
import { batchSizeMax, type Broker, type Take } from './broker.js';
import { keepTrying } from '../waiting/keepTrying.js';
import { StreamStates } from './streamStates.js';

// The store's publishers compress so, and the client knows gzip alone by itself.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(Buffer.from(lz4.compress(encoder.buffer))),
  decompress: (buffer: Buffer) => Promise.resolve(Buffer.from(lz4.decompress(buffer))),
});

const crashToldWithinMilliseconds = 1_000;

export interface KafkaSettings {
  readonly bootstrapServers: readonly string[];
  readonly group: string;
  readonly partitions: number;
  readonly sessionTimeoutMilliseconds: number;
}

/** A consumer group for each stream: Kafka gives a partition to one of its members at a time. */
export class KafkaBroker implements Broker {
  readonly name = 'kafka';
  private readonly stopping = new AbortController();
  private readonly states = new StreamStates();
  private readonly kafka: Kafka;
  private readonly consumers: Consumer[] = [];
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly settings: KafkaSettings, private readonly log: Logger) {
    this.kafka = new kafkajs.Kafka({
      clientId: settings.group,
      brokers: [...settings.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING, // What matters is said by the loop around it.
      retry: { retries: 5, maxRetryTime: 5_000 },
    });
  }

  start(streams: readonly string[], take: Take): void {
    this.states.expect(streams);
    this.work = Promise.all(streams.map((stream) => this.read(stream, take)));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.consumers.map((consumer) => consumer.disconnect().catch(() => undefined)));
    await this.work;
  }

  status() {
    return this.states.all();
  }

  private async read(stream: string, take: Take): Promise<void> {
    const stop = this.stopping.signal;
    try {
      await keepTrying(
        (gotOn) => this.readOnce(stream, take, gotOn),
        (failure, delay) => {
          this.states.lostAll(failure.message, [stream]);
          this.log.warn({ delay, stream, reason: failure.message }, 'Kafka is away and is tried again');
        },
        stop,
      );
    } catch (failure) {
      if (!stop.aborted) throw failure;
    }
  }

  /** Rejects when the consumer has ended, for whatever reason. */
  private async readOnce(stream: string, take: Take, gotOn: () => void): Promise<never> {
    const consumer = this.kafka.consumer({
      groupId: `${this.settings.group}.${stream}`,
      sessionTimeout: this.settings.sessionTimeoutMilliseconds,
      heartbeatInterval: this.settings.sessionTimeoutMilliseconds / 6,
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumers.push(consumer);
    let crash: (failure: Error) => void = () => undefined;
    const crashed = new Promise<Error>((resolve) => (crash = resolve));
    consumer.on('consumer.crash', (event) => crash(event.payload.error));
    // A crash is told after the stop that it leads to, and says why: it has a moment for it.
    consumer.on('consumer.stop', () =>
      setTimeout(() => crash(new Error('The consumer has stopped.')), crashToldWithinMilliseconds));
    consumer.on('consumer.group_join', (event) => {
      this.states.lostAll('', [stream]);
      this.states.isAvailable(stream);
      for (const partition of event.payload.memberAssignment[stream] ?? []) this.states.reads(stream, partition);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [stream], fromBeginning: true });
      this.stopping.signal.throwIfAborted(); // One that was told to end before it ran would begin all the same.
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.settings.partitions,
        eachBatch: async (payload) => {
          await this.takeBatch(payload, consumer, take);
          gotOn();
        },
      });
      throw await crashed;
    } finally {
      this.consumers.splice(this.consumers.indexOf(consumer), 1);
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private async takeBatch(payload: EachBatchPayload, consumer: Consumer, take: Take): Promise<void> {
    const { batch } = payload;
    for (let at = 0; at < batch.messages.length; at += batchSizeMax) {
      if (!payload.isRunning() || payload.isStale()) return;
      const messages = batch.messages.slice(at, at + batchSizeMax);
      const last = messages.at(-1);
      if (last === undefined) return;
      const beats = setInterval(
        () => void payload.heartbeat().catch(() => undefined), this.settings.sessionTimeoutMilliseconds / 6);
      try {
        await take(messages.map((message) => receivedFrom(batch.topic, batch.partition, message)));
      } finally {
        clearInterval(beats);
      }
      payload.resolveOffset(last.offset);
      await consumer.commitOffsets([
        { topic: batch.topic, partition: batch.partition, offset: String(BigInt(last.offset) + 1n) },
      ]);
      await payload.heartbeat();
    }
  }
}

function receivedFrom(stream: string, partition: number, message: KafkaMessage): Received {
  const attributes = new Map<string, string>();
  let contentType: string | undefined;
  let plainTraceparent: string | undefined;
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const text = (Array.isArray(value) ? value[0] : value)?.toString();
    if (text === undefined) continue;
    if (name === 'content-type') contentType = text;
    else if (name === 'traceparent') plainTraceparent = text;
    else if (name.startsWith('ce_')) attributes.set(name.slice(3), text);
  }
  if (plainTraceparent !== undefined && !attributes.has('traceparent')) attributes.set('traceparent', plainTraceparent);
  return {
    stream,
    partition,
    attributes,
    contentType,
    brokerKey: message.key?.toString(),
    body: message.value ?? Buffer.alloc(0),
  };
}
