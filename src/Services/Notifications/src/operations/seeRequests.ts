import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { beginRequest, type SeenRequest } from '../seeing/requestSpan.js';
import type { Metrics } from './metrics.js';

/** What processes ask each other again and again would bury the traces of those who have caused something. */
const askedByProcesses = /^\/(?:health|metrics|internal|\.well-known)(?:\/|$)/;
// Those of the conventions. Node knows many more, and a label has few values.
const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/**
 * Each request is a span of the caller's trace, and is counted with its time by its route, never by its path. To be
 * said before other hooks: who is refused is seen as well.
 */
export function seeRequests(server: FastifyInstance, metrics: Metrics): void {
  const seen = new WeakMap<FastifyRequest, SeenRequest>();
  server.addHook('onRequest', (request, _reply, done) => {
    // Not the query: a link that stops mails says whose they are.
    const path = request.url.split('?')[0] ?? '';
    if (askedByProcesses.test(path)) return done();
    const begun = begin(request, path);
    seen.set(request, begun);
    begun.within(done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const begun = seen.get(request);
    if (begun !== undefined) {
      begun.end(reply.statusCode);
      metrics.requested(labelsOf(request, reply), reply.elapsedTime / 1_000);
    }
    done();
  });
}

function begin(request: FastifyRequest, path: string): SeenRequest {
  const { traceparent, tracestate } = request.headers;
  return beginRequest(traceparent?.toString(), tracestate?.toString(), methodOf(request), routeOf(request), {
    'url.path': path,
    'url.scheme': request.protocol,
    'server.address': request.hostname,
    ...(Number.isInteger(request.port) ? { 'server.port': request.port as number } : {}),
    'network.protocol.version': versionOf(request),
  });
}

function labelsOf(request: FastifyRequest, reply: FastifyReply): Record<string, string | number> {
  const route = routeOf(request);
  return {
    http_request_method: methodOf(request),
    http_response_status_code: reply.statusCode,
    ...(route === undefined ? {} : { http_route: route }),
    network_protocol_version: versionOf(request),
    url_scheme: request.protocol,
    ...(reply.statusCode >= 500 ? { error_type: String(reply.statusCode) } : {}),
  };
}

function methodOf(request: FastifyRequest): string {
  return methods.has(request.method) ? request.method : '_OTHER';
}

/** None where nothing stands at the path. */
function routeOf(request: FastifyRequest): string | undefined {
  return request.is404 ? undefined : request.routeOptions.url;
}

function versionOf(request: FastifyRequest): string {
  return request.raw.httpVersion.replace(/\.0$/, ''); // 2.0 is called 2.
}
