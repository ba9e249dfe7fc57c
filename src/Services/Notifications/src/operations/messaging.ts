import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.js';
import type { Access } from './access.js';

/** `GET /messaging/status`, as every service of the store answers it. */
export function mapMessaging(server: FastifyInstance, service: Service, access: Access): void {
  server.get('/messaging/status', async (request) => {
    await access.checkOperator(request.headers.authorization, 'messaging.read');
    const [parked] = await service.database.rows<{ keys: number; messages: number }>(
      "select count(*) as messages, count(distinct stream || ' ' || key) as keys from parked");
    return {
      service: 'notifications',
      broker: service.broker.name,
      database: service.database.engine,
      // It publishes nothing and sets itself no timer.
      outbox: { rows: 0, oldestSeconds: null, heldKeys: 0 },
      held: [],
      timers: 0,
      // Another body for a parked message is not taken.
      changes: false,
      parked: { keys: Number(parked?.keys ?? 0), messages: Number(parked?.messages ?? 0) },
      subscriptions: service.broker.status().map((stream) => ({
        broker: service.broker.name,
        stream: stream.stream,
        unread: null,
        oldestUnreadSeconds: null,
        unavailable: stream.unavailable,
        partitions: stream.partitions.map((partition) => ({
          partition, unread: 0, oldestUnreadSeconds: null, owner: `notifications-${process.pid}`,
        })),
      })),
    };
  });
}
