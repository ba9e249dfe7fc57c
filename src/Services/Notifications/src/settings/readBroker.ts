import type { KafkaSettings } from '../brokers/kafka.js';
import type { RabbitMqSettings } from '../brokers/rabbitMq.js';
import type { RedisSettings } from '../brokers/redis.js';
import type { Place, UsersSettings } from './readCommon.js';
import type { SettingsReader } from './settingsReader.js';

export type BrokerSettings =
  | ({ readonly kind: 'webhook' } & BroughtBy)
  | ({ readonly kind: 'rabbitmq' } & RabbitMqSettings)
  | ({ readonly kind: 'redis' } & RedisSettings)
  | ({ readonly kind: 'kafka' } & KafkaSettings);

/** Who brings events by HTTP: one whose secret is known, or the Webhooks service, once it is asked. */
export type BroughtBy = { readonly secret: string } | { readonly registers: WebhookSettings };

export interface WebhookSettings {
  /** Where the Webhooks service is, HTTP/1.1. */
  readonly webhooks: string;
  /** Where it finds the entry of this service. */
  readonly here: string;
  readonly users: UsersSettings;
}

/** The broker has no network: the events come by HTTP. */
function readBringer(read: SettingsReader, users: UsersSettings, listen: Place): BroughtBy {
  const secret = read.optional('Notifications:WebhookSecret');
  if (secret !== undefined) {
    if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)) {
      read.refuse('Notifications:WebhookSecret', 'expected whsec_ and at least 24 bytes in Base64');
    }
    if (read.optional('Notifications:Webhooks') !== undefined) {
      read.refuse('Notifications:WebhookSecret', 'it is of an endpoint registered by hand: no Notifications:Webhooks');
    }
    return { secret };
  }
  const here = read.address('Notifications:Here', `http://${listen.host}:${listen.port}/`);
  return {
    registers: {
      users, webhooks: read.address('Notifications:Webhooks', 'http://127.0.0.1:8089/'), here: `${here}webhooks/tessera`,
    },
  };
}

/** What carries the events, under the names that the other services use. */
export function readBroker(read: SettingsReader, users: UsersSettings, listen: Place): BrokerSettings {
  const group = users.clientId;
  const kind = read.choice('Messaging:Broker', ['embedded', 'rabbitmq', 'redis', 'kafka'], 'embedded');
  const partitions = read.whole('Messaging:Partitions', 4, 1, 256);
  switch (kind) {
    case 'embedded':
      return { kind: 'webhook', ...readBringer(read, users, listen) };
    case 'rabbitmq':
      return {
        kind, group, partitions, uri: read.text('Messaging:RabbitMq:Uri', 'amqp://guest:guest@127.0.0.1:5672/'),
      };
    case 'redis':
      return { kind, group, partitions, ...readRedis(read) };
    case 'kafka':
      return {
        kind,
        group,
        partitions,
        bootstrapServers: read.needed('Messaging:Kafka:BootstrapServers', 'Messaging:Broker is kafka').split(','),
        sessionTimeoutMilliseconds: read.duration('Messaging:Kafka:SessionTimeout', 6_000, 1_000, 300_000),
      };
  }
}

function readRedis(read: SettingsReader) {
  const [address = '', ...options] = read.text('Messaging:Redis:Configuration', '127.0.0.1:6379').split(',');
  const place = /^([^:=]+)(?::(\d+))?$/.exec(address.trim());
  if (place === null) read.refuse('Messaging:Redis:Configuration', 'expected host:port,password=…,ssl=true');
  const named = new Map(options.map((each) => [each.split('=')[0]?.trim(), each.slice(each.indexOf('=') + 1)]));
  const password = named.get('password');
  return {
    host: place?.[1] ?? '',
    port: Number(place?.[2] ?? 6379),
    tls: named.get('ssl') === 'true',
    leaseMilliseconds: read.duration('Messaging:Redis:LeaseDuration', 5_000, 1_000, 60_000),
    ...(password === undefined ? {} : { password }),
  };
}
