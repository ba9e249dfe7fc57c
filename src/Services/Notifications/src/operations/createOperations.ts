import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Service } from '../service.js';
import { Access } from './access.js';
import { mapHealth } from './health.js';
import { mapMessaging } from './messaging.js';
import { mapParked } from './parkedEndpoints.js';
import { mapPreferences } from './preferences.js';
import { Problem } from './problem.js';
import { mapWebhook } from './webhookEntry.js';

const bodySizeBytesMax = 1_048_576;

/** The service's HTTP interface. */
export function createOperations(service: Service, log: Logger): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: bodySizeBytesMax,
    requestTimeout: 30_000,
    keepAliveTimeout: 130_000,
    forceCloseConnections: 'idle',
  });
  // Each entry reads its body itself: a signature is of the bytes.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((request, reply) => tell(reply, new Problem(404, `There is no ${request.url} here.`)));
  server.setErrorHandler((failure: Error & { statusCode?: number }, request, reply) => {
    const status = failure.statusCode ?? 500;
    const problem = failure instanceof Problem
      ? failure
      : new Problem(status, status < 500 ? failure.message : 'It failed; the log of the service says why.');
    if (problem.status >= 500) log.error({ url: request.url, reason: failure.message }, 'A request failed');
    return tell(reply, problem);
  });
  const access = new Access(service.settings);
  mapHealth(server, service);
  mapMessaging(server, service, access);
  mapParked(server, service, access);
  mapPreferences(server, service, access);
  mapWebhook(server, service);
  return server;
}

function tell(reply: FastifyReply, problem: Problem) {
  // As text: an error that is sent as it is would be told in the server's own form.
  return reply
    .code(problem.status).headers(problem.headers).type('application/problem+json').send(JSON.stringify(problem));
}
