import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { WebhookBroker } from '../brokers/webhook.js';
import type { Received } from '../events/received.js';
import { readEvents } from '../events/readEvents.js';
import type { Service } from '../service.js';
import { Problem } from './problem.js';

/**
 * `POST /webhooks/tessera`: events that are brought by HTTP, signed as Standard Webhooks says; in any of the three
 * modes, in binary mode with the attributes in `ce-` headers. 204 once they are handled: before that they come again.
 */
export function mapWebhook(server: FastifyInstance, service: Service): void {
  const { broker, settings } = service;
  if (!(broker instanceof WebhookBroker) || settings.webhookSecret === undefined) return;
  const webhook = new Webhook(settings.webhookSecret);
  server.post('/webhooks/tessera', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    try {
      webhook.verify(body, request.headers as Record<string, string>);
    } catch (failure) {
      throw new Problem(401, `The signature is refused: ${(failure as Error).message}`);
    }
    const attributes = new Map<string, string>();
    for (const [name, value] of Object.entries(request.headers)) {
      if (name.startsWith('ce-') && typeof value === 'string') attributes.set(name.slice(3), decodePercent(value));
    }
    const traceparent = request.headers['traceparent'];
    if (typeof traceparent === 'string' && !attributes.has('traceparent')) attributes.set('traceparent', traceparent);
    const message: Received = {
      stream: '', partition: 0, attributes, contentType: request.headers['content-type'], brokerKey: undefined, body,
    };
    await broker.bring({ ...message, stream: streamOf(message) });
    return reply.code(204).send();
  });
}

/** Of whom it is: the first part of the type, as the store names its events. */
function streamOf(message: Received): string {
  const [first] = readEvents(message);
  if (first?.readable !== true) throw new Problem(400, `It is no event: ${first?.reason ?? 'the list is empty'}`);
  return first.event.type.split('.')[0] ?? '';
}

/** The HTTP binding of CloudEvents writes what a header cannot hold with a percent sign. */
function decodePercent(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
