import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** What one who calls may take of this process. */
export interface Limits {
  readonly bodySizeBytesMax: number;
  readonly headersMax: number;
  readonly headersSizeBytesMax: number;
  readonly connectionsMax: number;
  readonly headersWithinMilliseconds: number;
  readonly requestWithinMilliseconds: number;
  /** How often it is looked who takes too long: he has up to so much more. */
  readonly lookIntervalMilliseconds: number;
}

/** As the other services have them. */
export const usualLimits: Limits = {
  bodySizeBytesMax: 1_048_576,
  headersMax: 100,
  headersSizeBytesMax: 32 * 1024,
  connectionsMax: 10_000,
  headersWithinMilliseconds: 10_000,
  requestWithinMilliseconds: 30_000,
  lookIntervalMilliseconds: 1_000,
};

// More than is allowed, as in the other services: what is a little too large is still answered by its size.
const sizeReadBytesMax = 256 * 1024;

/** For the server of HTTP/1.1. */
export function ofHttp1(limits: Limits) {
  return {
    maxHeaderSize: sizeReadBytesMax,
    headersTimeout: limits.headersWithinMilliseconds,
    requestTimeout: limits.requestWithinMilliseconds,
    connectionsCheckingInterval: limits.lookIntervalMilliseconds,
  };
}

/** Node itself cuts off headers beyond its number of them, without a word, and hands the request on. */
export function keepLimits(server: FastifyInstance, limits: Limits): void {
  server.server.maxConnections = limits.connectionsMax;
  server.addHook('onRequest', (request, _reply, done) => done(tooManyHeaders(request, limits)));
}

/** HTTP/2 knows no time for a request of its own. */
export function endSlowRequests(server: FastifyInstance, limits: Limits): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { stream } = request.raw as unknown as Http2ServerRequest;
    if (stream.endAfterHeaders) return done(); // It is all there: nobody reads the end of a body that is none.
    const slow = setTimeout(() => stream.close(), limits.requestWithinMilliseconds);
    // Only its coming is bounded: an answer takes as long as it takes.
    for (const over of ['end', 'close']) stream.once(over, () => clearTimeout(slow));
    done();
  });
}

/** What was no request, or not there in time, is told as every other problem, where one can still be told. */
export function tellClientError(failure: Error & { code?: string }, socket: Socket): void {
  if (socket.writable && socket.bytesWritten === 0) {
    const problem = problemOf(failure.code);
    const body = JSON.stringify(problem);
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'The request was not there in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, `The request headers have more than ${sizeReadBytesMax} bytes.`);
    default:
      return new Problem(400, 'It is no HTTP request.');
  }
}

function tooManyHeaders(request: FastifyRequest, limits: Limits): Problem | undefined {
  const given = (request.raw as IncomingMessage).rawHeaders;
  const many = given.length / 2;
  if (many > limits.headersMax) {
    return new Problem(431, `The request has ${many} headers; ${limits.headersMax} are allowed.`);
  }
  const size = given.reduce((sum, text) => sum + text.length + 2, 0);
  return size > limits.headersSizeBytesMax
    ? new Problem(431, `The request headers have ${size} bytes; ${limits.headersSizeBytesMax} are allowed.`)
    : undefined;
}
