import { join } from 'node:path';
import { SettingsReader, type Environment } from './settingsReader.js';
import type { KafkaSettings } from '../brokers/kafka.js';
import type { RabbitMqSettings } from '../brokers/rabbitMq.js';
import type { RedisSettings } from '../brokers/redis.js';
import { languages, type Language } from '../mails/language.js';

export type BrokerSettings =
  | { readonly kind: 'webhook' }
  | ({ readonly kind: 'rabbitmq' } & RabbitMqSettings)
  | ({ readonly kind: 'redis' } & RedisSettings)
  | ({ readonly kind: 'kafka' } & KafkaSettings);

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly security: 'StartTls' | 'Tls' | 'None';
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export interface MailSettings {
  readonly from: string;
  /** Without a server mails are written as files. */
  readonly smtp: SmtpSettings | undefined;
  readonly folder: string;
  readonly giveUpAfterMilliseconds: number;
  /** How long a mail that a process has taken waits for another: longer than any sending lasts. */
  readonly takenForMilliseconds: number;
}

export interface UsersSettings {
  readonly address: string;
  readonly clientId: string;
  /** The secret, or the file that Users writes it into. */
  readonly secret: string | undefined;
  readonly secretFile: string;
}

export interface Settings {
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl: string;
  readonly audience: string;
  readonly broker: BrokerSettings;
  readonly database: { readonly file: string; readonly connection: string | undefined };
  readonly mail: MailSettings;
  readonly users: UsersSettings;
  readonly language: Language;
  readonly operators: readonly string[];
  readonly inboxKeptMilliseconds: number;
  readonly webhookSecret: string | undefined;
  readonly logLevel: string;
}

const group = 'notifications';
const day = 86_400_000;

/** All that can be set, under the names that the other services use; refuses what is out of its bounds by its key. */
export function readSettings(environment: Environment): Settings {
  const read = new SettingsReader(environment);
  const data = read.text('Tessera:DataDirectory', '.tessera');
  const listen = /^(.+):(\d{1,5})$/.exec(read.text('Listen:Http1', '127.0.0.1:8089'));
  if (listen === null) read.refuse('Listen:Http1', 'expected address:port');
  const from = read.text('Mail:From', 'Tessera <shop@tessera.local>');
  if (!/^[^<>@]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/.test(from)) {
    read.refuse('Mail:From', 'expected an address such as Tessera <shop@example.org>');
  }
  const smtp = readSmtp(read);
  const operators = read.list('Notifications:Operators');
  for (const operator of operators) {
    if (!/^[^<>@\s]+@[^<>@\s]+$/.test(operator)) read.refuse('Notifications:Operators', `'${operator}' is no address`);
  }
  return {
    listen: { host: listen?.[1] ?? '', port: Number(listen?.[2]) },
    publicUrl: read.address('Tessera:PublicUrl', 'http://127.0.0.1:8080/'),
    audience: read.text('Tessera:Audience', 'tessera'),
    broker: readBroker(read),
    database: {
      file: read.text('Database:File', join(data, group, `${group}.db`)),
      connection: read.choice('Database:Engine', ['sqlite', 'postgres'], 'sqlite') === 'postgres'
        ? read.needed('Database:ConnectionString', 'Database:Engine is postgres')
        : undefined,
    },
    mail: {
      from,
      smtp,
      folder: join(data, 'outbox'),
      giveUpAfterMilliseconds: read.duration('Mail:GiveUpAfter', 3 * day, 60_000, 7 * day),
      takenForMilliseconds: read.duration(
        'Mail:TakenFor', smtp === undefined ? 5_000 : 120_000, 500, 600_000),
    },
    users: {
      address: read.address('Notifications:Users', 'http://127.0.0.1:8081/'),
      clientId: group,
      secret: read.optional('Tessera:ClientSecrets:notifications'),
      secretFile: join(data, 'clients', `${group}.secret`),
    },
    language: read.choice('Notifications:Language', languages, 'en'),
    operators,
    inboxKeptMilliseconds: read.duration('Messaging:Inbox:Retention', 7 * day, 60_000, 3650 * day),
    webhookSecret: read.optional('Notifications:WebhookSecret'),
    logLevel: read.choice('Notifications:LogLevel', ['debug', 'info', 'warn', 'error'], 'info'),
  };
}

function readBroker(read: SettingsReader): BrokerSettings {
  const kind = read.choice('Messaging:Broker', ['embedded', 'rabbitmq', 'redis', 'kafka'], 'embedded');
  const partitions = read.whole('Messaging:Partitions', 4, 1, 256);
  switch (kind) {
    case 'embedded':
      return { kind: 'webhook' }; // It has no network: the events come by HTTP.
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

function readSmtp(read: SettingsReader): SmtpSettings | undefined {
  const host = read.optional('Mail:Host');
  if (host === undefined) return undefined;
  const smtp = {
    host,
    port: read.whole('Mail:Port', 587, 1, 65_535),
    security: read.choice('Mail:Security', ['StartTls', 'Tls', 'None'], 'StartTls'),
    user: read.optional('Mail:User'),
    password: read.optional('Mail:Password'),
  };
  if ((smtp.user === undefined) !== (smtp.password === undefined)) {
    read.refuse('Mail:User', 'it goes together with Mail:Password, and one of them is missing');
  }
  if (smtp.user !== undefined && smtp.security === 'None') {
    read.refuse('Mail:Security', 'None would send Mail:Password in the clear: use StartTls or Tls');
  }
  return smtp;
}
