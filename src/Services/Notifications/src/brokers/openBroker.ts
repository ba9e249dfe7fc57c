import type { Logger } from 'pino';
import type { BrokerSettings } from '../settings/readBroker.js';
import type { Database } from '../store/database.js';
import type { Broker } from './broker.js';
import { KafkaBroker } from './kafka.js';
import { OwnEndpoint } from './ownEndpoint.js';
import { RabbitMqBroker } from './rabbitMq.js';
import { RedisBroker } from './redis.js';
import { KnownSecret, WebhookBroker } from './webhook.js';

/** What carries the events here; the public types are asked for where they are brought. */
export function openBroker(
  settings: BrokerSettings, publicTypes: readonly string[], database: Database, log: Logger): Broker {
  const logOf = (what: string) => log.child({ category: `Tessera.Notifications.${what}` });
  switch (settings.kind) {
    case 'webhook':
      return new WebhookBroker('secret' in settings
        ? new KnownSecret(settings.secret)
        : new OwnEndpoint(settings.registers, publicTypes, database, logOf('OwnEndpoint')));
    case 'rabbitmq':
      return new RabbitMqBroker(settings, logOf('RabbitMqBroker'));
    case 'redis':
      return new RedisBroker(settings, logOf('RedisBroker'));
    case 'kafka':
      return new KafkaBroker(settings, logOf('KafkaBroker'));
  }
}
