import { join } from 'node:path';
import { logForms, type LogForm } from '../seeing/openLog.js';
import { readBroker, type BrokerSettings } from './readBroker.js';
import type { SettingsReader } from './settingsReader.js';

const group = 'notifications';
const day = 86_400_000;

export interface UsersSettings {
  readonly address: string;
  readonly clientId: string;
  /** The secret, or the file that Users writes it into. */
  readonly secret: string | undefined;
  readonly secretFile: string;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What every service of the store is told. */
export interface CommonSettings {
  readonly listen: Place;
  /** In cleartext HTTP/2, for the gateway; nowhere unless it is said. */
  readonly listenHttp2: Place | undefined;
  readonly publicUrl: string;
  readonly audience: string;
  readonly broker: BrokerSettings;
  readonly database: { readonly file: string; readonly connection: string | undefined };
  readonly users: UsersSettings;
  readonly inboxKeptMilliseconds: number;
  /** How long it says that it is not ready, and answers, before it stops. */
  readonly unreadyForMilliseconds: number;
  readonly logLevel: string;
  readonly logForm: LogForm;
}

/** Under the names that the other services use; refuses what is out of its bounds by its key. */
export function readCommon(read: SettingsReader): CommonSettings {
  const data = read.text('Tessera:DataDirectory', '.tessera');
  const listen = readPlace(read, 'Listen:Http1', '127.0.0.1:8179');
  const http2 = read.text('Listen:Http2', 'none');
  const users: UsersSettings = {
    address: read.address('Notifications:Users', 'http://127.0.0.1:8081/'),
    clientId: group,
    secret: read.optional('Tessera:ClientSecrets:notifications'),
    secretFile: join(data, 'clients', `${group}.secret`),
  };
  const broker = readBroker(read, users, listen);
  return {
    listen,
    listenHttp2: http2 === 'none' ? undefined : readPlace(read, 'Listen:Http2', http2),
    publicUrl: read.address('Tessera:PublicUrl', 'http://127.0.0.1:8080/'),
    audience: read.text('Tessera:Audience', 'tessera'),
    broker,
    database: {
      file: read.text('Database:File', join(data, group, `${group}.db`)),
      connection: read.choice('Database:Engine', ['sqlite', 'postgres'], 'sqlite') === 'postgres'
        ? read.needed('Database:ConnectionString', 'Database:Engine is postgres')
        : undefined,
    },
    users,
    // Webhooks sends again whatever it keeps (Webhooks:KeptFor, 30 days), when somebody wants it; no broker does.
    inboxKeptMilliseconds: read.duration(
      'Messaging:Inbox:Retention', (broker.kind === 'webhook' ? 31 : 7) * day, 60_000, 3650 * day),
    unreadyForMilliseconds: read.duration('Stop:UnreadyFor', 0, 0, 300_000),
    logForm: read.choice('Tessera:Logs', logForms, 'text'),
    logLevel: read.choice('Notifications:LogLevel', ['debug', 'info', 'warn', 'error'], 'info'),
  };
}

export function readPlace(read: SettingsReader, key: string, otherwise: string): Place {
  const place = /^(.+):(\d{1,5})$/.exec(read.text(key, otherwise));
  if (place === null) read.refuse(key, 'expected address:port');
  return { host: place?.[1] ?? '', port: Number(place?.[2]) };
}
