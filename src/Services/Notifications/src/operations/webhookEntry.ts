import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { WebhookBroker } from '../brokers/webhook.js';
import { readPublicEvent } from '../events/publicEvent.js';
import type { Service } from '../service.js';
import { Problem } from './problem.js';

/**
 * `POST /webhooks/tessera`: the public events as the Webhooks service sends them, signed as Standard Webhooks says.
 * 204 once they are handled or parked: before that they come again.
 */
export function mapWebhook(server: FastifyInstance, service: Service): void {
  const { broker } = service;
  if (!(broker instanceof WebhookBroker)) return;
  server.post('/webhooks/tessera', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const headers = request.headers as Record<string, string>;
    const secrets = await broker.secrets();
    if (secrets.length === 0) throw new Problem(503, 'There is no secret yet to check signatures with.');
    if (!secrets.some((secret) => isSigned(secret, body, headers))) {
      broker.refused();
      throw new Problem(401, 'The signature is refused: it is of another secret, or too old.');
    }
    await broker.bring(readPublicEvent(headers['webhook-id'] ?? '', headers['traceparent'], body));
    return reply.code(204).send();
  });
}

function isSigned(secret: string, body: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (failure) {
    // A body that is signed and no JSON is refused by the package all the same; it is kept, and told of when parked.
    return failure instanceof SyntaxError;
  }
}
