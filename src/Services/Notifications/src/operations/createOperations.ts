import type { Http2Server, ServerHttp2Session } from 'node:http2';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Service } from '../service.js';
import { Access } from './access.js';
import { mapHealth } from './health.js';
import { endSlowRequests, keepLimits, ofHttp1, tellClientError, usualLimits } from './limits.js';
import { mapMessaging } from './messaging.js';
import { mapParked } from './parkedEndpoints.js';
import { Problem } from './problem.js';
import { seeRequests } from './seeRequests.js';
import { mapWebhook } from './webhookEntry.js';

/** Adds addresses that this service has beside those of every service. */
export type MapOwn = (server: FastifyInstance, service: Service, access: Access) => void;

/** The service's HTTP interface: in HTTP/1.1 for people and senders, in cleartext HTTP/2 for the gateway. */
export function createOperations(
  service: Service, log: Logger, own: readonly MapOwn[], isHttp2 = false, limits = usualLimits): FastifyInstance {
  const common = { logger: false, bodyLimit: limits.bodySizeBytesMax } as const;
  const server = isHttp2
    ? (Fastify({ ...common, http2: true }) as unknown as FastifyInstance)
    : Fastify({
        ...common, keepAliveTimeout: 130_000, forceCloseConnections: 'idle', http: ofHttp1(limits),
        requestTimeout: limits.requestWithinMilliseconds, clientErrorHandler: tellClientError,
      });
  seeRequests(server, service.metrics);
  keepLimits(server, limits);
  if (isHttp2) {
    endSessionsWith(server);
    endSlowRequests(server, limits);
  }
  const requests = log.child({ category: 'Tessera.Notifications.Requests' });
  // Each entry reads its body itself: a signature is of the bytes.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((request, reply) => tell(reply, new Problem(404, `There is no ${request.url} here.`)));
  server.setErrorHandler((failure: Error & { statusCode?: number }, request, reply) => {
    const status = failure.statusCode ?? 500;
    const problem = failure instanceof Problem
      ? failure
      : new Problem(status, status < 500 ? failure.message : 'It failed; the log of the service says why.');
    if (problem.status >= 500) {
      // Not the query: a link that stops mails says whose they are.
      requests.error({ method: request.method, path: request.url.split('?')[0], failure }, 'A request failed');
    }
    return tell(reply, problem);
  });
  const access = new Access(service.settings, service.ended);
  mapHealth(server, service);
  mapMessaging(server, service, access);
  mapParked(server, service, access);
  mapWebhook(server, service);
  for (const map of own) map(server, service, access);
  return server;
}

/** A gateway keeps its connection for as long as it is let; what is under way on it ends first. */
function endSessionsWith(server: FastifyInstance): void {
  const sessions = new Set<ServerHttp2Session>();
  (server.server as unknown as Http2Server).on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.addHook('preClose', () => {
    for (const session of sessions) session.close();
    return Promise.resolve();
  });
}

function tell(reply: FastifyReply, problem: Problem) {
  // As text: an error that is sent as it is would be told in the server's own form.
  return reply
    .code(problem.status).headers(problem.headers).type('application/problem+json').send(JSON.stringify(problem));
}
