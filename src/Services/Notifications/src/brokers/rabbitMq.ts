import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import type { Logger } from 'pino';
import type { Received } from '../events/received.js';
import { batchSizeMax, type Broker, type Take } from './broker.js';
import { keepTrying } from '../waiting/keepTrying.js';
import { StreamStates } from './streamStates.js';

const connectTimeoutMilliseconds = 5_000;
const prefixes = ['cloudEvents_', 'cloudEvents:'];

export interface RabbitMqSettings {
  readonly uri: string;
  readonly group: string;
  readonly partitions: number;
}

/**
 * A queue for each partition, which the broker hands to one consumer at a time (single active consumer): a second
 * replica waits beside it and takes over.
 */
export class RabbitMqBroker implements Broker {
  readonly name = 'rabbitmq';
  private readonly stopping = new AbortController();
  private readonly states = new StreamStates();
  private readonly readers: PartitionReader[] = [];
  private connection: ChannelModel | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly settings: RabbitMqSettings, private readonly log: Logger) {}

  start(streams: readonly string[], take: Take): void {
    this.states.expect(streams);
    this.work = this.run(streams, take).catch((failure: unknown) => {
      if (!this.stopping.signal.aborted) throw failure;
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.readers.map((reader) => reader.finish()));
    await this.connection?.close().catch(() => undefined);
    await this.work;
  }

  status() {
    return this.states.all();
  }

  private async run(streams: readonly string[], take: Take): Promise<void> {
    await keepTrying(
      async (gotOn) => {
        throw await this.readUntilItEnds(streams, take, gotOn);
      },
      (failure, delay) => {
        this.states.lostAll(failure.message);
        this.log.warn({ delay, reason: failure.message }, 'RabbitMQ is away and is tried again');
      },
      this.stopping.signal,
    );
  }

  /** Why it ended. */
  private async readUntilItEnds(streams: readonly string[], take: Take, gotOn: () => void): Promise<Error> {
    const connection = await connect(this.settings.uri, {
      timeout: connectTimeoutMilliseconds,
      clientProperties: { connection_name: this.settings.group },
    });
    this.connection = connection;
    // Who stops while it was being made closes the one before it alone, and would wait for this one for ever.
    if (this.stopping.signal.aborted) await connection.close();
    this.stopping.signal.throwIfAborted();
    const ended = new Promise<Error>((resolve) => {
      connection.on('error', resolve);
      connection.on('close', () => resolve(new Error('The connection was closed.')));
    });
    const overs: Promise<Error>[] = [ended];
    try {
      for (const stream of streams) await this.declareStream(connection, stream);
      for (const stream of streams) {
        for (let partition = 0; partition < this.settings.partitions; partition++) {
          const reader = new PartitionReader(this.settings.group, stream, partition, take);
          this.readers.push(reader);
          overs.push((await reader.open(connection)).over);
          this.states.reads(stream, partition);
        }
      }
      gotOn();
      return await Promise.race(overs);
    } finally {
      // Or two connections of this process would be at the same messages.
      const readers = this.readers.splice(0);
      await connection.close().catch(() => undefined);
      await Promise.all(readers.map((reader) => reader.finish()));
    }
  }

  /** The exchange is its publisher's: it is made only where he has not been yet. */
  private async declareStream(connection: ChannelModel, stream: string): Promise<void> {
    const probe = await connection.createChannel();
    probe.on('error', () => undefined); // It is how the broker answers that there is none.
    try {
      await probe.checkExchange(stream);
      await probe.close();
    } catch {
      const channel = await connection.createChannel();
      channel.on('error', () => undefined);
      await channel.assertExchange(stream, 'direct', { durable: true });
      await channel.close();
    }
  }
}

/** One queue on a channel of its own: all that is unsettled on it is of this partition, in its order. */
class PartitionReader {
  private readonly waiting: ConsumeMessage[] = [];
  private isOver = false;
  private wake: () => void = () => undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly group: string, private readonly stream: string, private readonly partition: number,
    private readonly take: Take,
  ) {}

  /** Begins to read; what it answers with resolves with the reason when that is over. */
  async open(connection: ChannelModel): Promise<{ readonly over: Promise<Error> }> {
    const channel = await connection.createChannel();
    let end: (failure: Error) => void = () => undefined;
    const over = new Promise<Error>((resolve) => (end = resolve));
    channel.on('error', end);
    channel.on('close', () => end(new Error(`The channel of ${this.stream} ${this.partition} was closed.`)));
    const queue = `${this.group}.${this.stream}.${this.partition}`;
    await channel.assertQueue(queue, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-single-active-consumer': true, ...unlimitedDeliveries(connection) },
    });
    await channel.bindQueue(queue, this.stream, String(this.partition));
    await channel.prefetch(batchSizeMax * 2);
    await channel.consume(queue, (message) => {
      if (message === null) {
        end(new Error(`The queue ${queue} was deleted.`));
        return;
      }
      this.waiting.push(message);
      this.wake();
    });
    this.work = this.run(channel).catch(end);
    return { over };
  }

  /** Lets the messages in work end and be settled; the others are the next reader's. */
  async finish(): Promise<void> {
    this.isOver = true;
    this.wake();
    await this.work;
  }

  private async run(channel: Channel): Promise<void> {
    while (!this.isOver) {
      const batch = this.waiting.splice(0, batchSizeMax);
      const last = batch.at(-1);
      if (last === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      await this.take(batch.map((message) => this.read(message)));
      channel.ack(last, true);
    }
  }

  private read(message: ConsumeMessage): Received {
    const attributes = new Map<string, string>();
    for (const [name, value] of Object.entries(message.properties.headers ?? {})) {
      const prefix = prefixes.find((each) => name.startsWith(each));
      if (prefix !== undefined && value !== null && value !== undefined) {
        attributes.set(name.slice(prefix.length), String(value));
      } else if (name === 'traceparent' && !attributes.has(name)) {
        attributes.set(name, String(value));
      }
    }
    return {
      stream: this.stream,
      partition: this.partition,
      attributes,
      contentType: (message.properties.contentType as string | undefined) ?? undefined,
      brokerKey: undefined,
      body: message.content,
    };
  }
}

/** From 4.0 on a quorum queue throws away what was delivered 20 times, and a process may well die that often. */
function unlimitedDeliveries(connection: ChannelModel): Record<string, number> {
  const version = (connection.connection.serverProperties as { version?: string }).version ?? '';
  return Number(version.split('.')[0]) >= 4 ? { 'x-delivery-limit': -1 } : {};
}
