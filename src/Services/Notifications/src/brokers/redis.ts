import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Received } from '../events/received.js';
import { batchSizeMax, type Broker, type Take } from './broker.js';
import { keepTrying } from '../waiting/keepTrying.js';
import { StreamStates } from './streamStates.js';

const pollIntervalMilliseconds = 250;
const commandTimeoutMilliseconds = 3_000;

// All replicas read under this one name: what one of them left unsettled is the next one's to begin with.
const consumer = 'reader';

// Takes or keeps the partition, and reads only while it is held: entries that were handed to a process after another
// took over would be handled behind those that came later.
const readIfHeld = `
local holder = redis.call('get', KEYS[2])
if holder == false then
  redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
elseif holder == ARGV[2] then
  redis.call('pexpire', KEYS[2], ARGV[3])
else
  return 'held'
end
return redis.call(
  'xreadgroup', 'GROUP', ARGV[1], '${consumer}', 'COUNT', '${batchSizeMax}', 'STREAMS', KEYS[1], ARGV[4])`;

const releaseIfHeld = `
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

// In bytes: a body that is no UTF-8 must be seen to be none.
type Entry = readonly [id: Buffer, fields: readonly Buffer[] | null];
type Read = Buffer | null | readonly [readonly [key: Buffer, entries: readonly Entry[]]];

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
  readonly tls: boolean;
  readonly group: string;
  readonly partitions: number;
  readonly leaseMilliseconds: number;
}

/** A consumer group on the stream of each partition, and a lease on each that says who reads it. */
export class RedisBroker implements Broker {
  readonly name = 'redis';
  private readonly stopping = new AbortController();
  private readonly states = new StreamStates();
  private readonly me = randomUUID();
  private readonly wakes = new Map<string, () => void>();
  private readonly commands: Redis;
  private readonly listener: Redis;
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly settings: RedisSettings, private readonly log: Logger) {
    const options = {
      host: settings.host,
      port: settings.port,
      ...(settings.password === undefined ? {} : { password: settings.password }),
      ...(settings.tls ? { tls: {} } : {}),
      lazyConnect: true,
      maxRetriesPerRequest: 0, // The loop around it says what is wrong, and tries again.
      commandTimeout: commandTimeoutMilliseconds,
      retryStrategy: (tries: number) => Math.min(100 * tries, 1_000),
    };
    this.commands = new Redis(options);
    this.listener = new Redis({ ...options, commandTimeout: 0 });
    // Each command tells it; unheard, an event of that name would end the process.
    this.commands.on('error', () => undefined);
    this.listener.on('error', () => undefined);
  }

  start(streams: readonly string[], take: Take): void {
    this.states.expect(streams);
    this.listener.on('message', (channel: string, partition: string) =>
      this.wakes.get(`${channel.slice(0, -':wake'.length)}:${partition}`)?.());
    // A reader that missed its waking looks again by itself: this may fail.
    this.listener.on('ready', () => {
      this.listener.subscribe(...streams.map((stream) => `${stream}:wake`)).catch(() => undefined);
    });
    this.listener.connect().catch(() => undefined);
    this.commands.connect().catch(() => undefined);
    const readers = streams.flatMap((stream) =>
      Array.from({ length: this.settings.partitions }, (_, partition) => this.read(stream, partition, take)));
    this.work = Promise.all(readers);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const wake of this.wakes.values()) wake();
    await this.work;
    this.listener.disconnect();
    this.commands.disconnect();
  }

  status() {
    return this.states.all();
  }

  private async read(stream: string, partition: number, take: Take): Promise<void> {
    const stop = this.stopping.signal;
    const key = `${stream}:${partition}`;
    const lease = `${this.settings.group}:reads:${key}`;
    try {
      await keepTrying(
        async (gotOn) => {
          await this.makeGroup(key);
          gotOn();
          this.states.isAvailable(stream);
          await this.readWhileThere(stream, partition, key, lease, take);
        },
        (failure, delay) => {
          this.states.lostAll(failure.message, [stream]);
          this.log.warn({ delay, stream, partition, reason: failure.message }, 'Redis is away and is tried again');
        },
        stop,
      );
    } catch (failure) {
      if (!stop.aborted) throw failure;
      await this.commands.eval(releaseIfHeld, 1, lease, this.me).catch(() => undefined);
    }
  }

  private async readWhileThere(
    stream: string, partition: number, key: string, lease: string, take: Take): Promise<never> {
    let after = '0'; // What was handed over and not settled, by whoever it was; then what is new.
    for (;;) {
      this.stopping.signal.throwIfAborted();
      const read = await this.readOnce(key, lease, after);
      if (Buffer.isBuffer(read)) {
        this.states.lost(stream, partition);
        after = '0';
        await this.pause(key, this.settings.leaseMilliseconds / 5);
        continue;
      }
      this.states.reads(stream, partition);
      const entries = read?.[0][1] ?? [];
      const last = entries.at(-1);
      if (last === undefined) {
        if (after === '>') await this.pause(key, pollIntervalMilliseconds);
        after = '>';
        continue;
      }
      await this.keepLeaseWhile(lease, take(entries.flatMap((entry) => this.receivedFrom(stream, partition, entry))));
      await this.commands.xack(key, this.settings.group, ...entries.map(([id]) => id.toString()));
      if (after !== '>') after = last[0].toString();
    }
  }

  private async readOnce(key: string, lease: string, after: string): Promise<Read> {
    const { group, leaseMilliseconds } = this.settings;
    const found = await this.commands.callBuffer(
      'EVAL', readIfHeld, 2, key, lease, group, this.me, leaseMilliseconds, after);
    return found as Read;
  }

  /** Handling may outlast the lease: it is prolonged meanwhile, where it is still ours. */
  private async keepLeaseWhile(lease: string, handling: Promise<void>): Promise<void> {
    const prolong = setInterval(() => {
      this.commands
        .eval(
          `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) end`,
          1, lease, this.me, this.settings.leaseMilliseconds)
        .catch(() => undefined);
    }, this.settings.leaseMilliseconds / 3);
    try {
      await handling;
    } finally {
      clearInterval(prolong);
    }
  }

  private receivedFrom(stream: string, partition: number, [, fields]: Entry): Received[] {
    if (fields === null) return []; // Trimmed away after it was handed over.
    const attributes = new Map<string, string>();
    let contentType: string | undefined;
    let plainTraceparent: string | undefined;
    let body = Buffer.alloc(0);
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [name, value] = [String(fields[at]), fields[at + 1] ?? Buffer.alloc(0)];
      if (name === 'content-type') contentType = value.toString();
      else if (name === 'data') body = Buffer.from(value);
      else if (name === 'traceparent') plainTraceparent = value.toString();
      else if (name.startsWith('ce_')) attributes.set(name.slice(3), value.toString());
    }
    if (plainTraceparent !== undefined && !attributes.has('traceparent')) {
      attributes.set('traceparent', plainTraceparent);
    }
    return [{ stream, partition, attributes, contentType, brokerKey: undefined, body }];
  }

  private async makeGroup(key: string): Promise<void> {
    try {
      await this.commands.xgroup('CREATE', key, this.settings.group, '0', 'MKSTREAM');
    } catch (failure) {
      if (!(failure instanceof Error) || !failure.message.startsWith('BUSYGROUP')) throw failure;
    }
  }

  private async pause(key: string, milliseconds: number): Promise<void> {
    const woken = new AbortController();
    this.wakes.set(key, () => woken.abort());
    await wait(milliseconds, undefined, { signal: woken.signal }).catch(() => undefined);
    this.wakes.delete(key);
  }
}
