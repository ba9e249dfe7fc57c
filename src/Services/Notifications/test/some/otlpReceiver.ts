import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';

export type Signal = 'traces' | 'metrics' | 'logs';

const services: Readonly<Record<string, Signal>> = {
  '/v1/traces': 'traces', '/v1/metrics': 'metrics', '/v1/logs': 'logs',
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};

/** Takes telemetry as a collector does, in either protocol; in Protocol Buffers texts and ids stand as they are. */
export async function someReceiver(protocol: 'grpc' | 'http/protobuf', answers = true) {
  const got = new Map<Signal, Buffer>();
  const take = (path: string, body: Buffer) => {
    const signal = services[path];
    if (signal === undefined) throw new Error(`Nobody sends anything to ${path}.`);
    got.set(signal, Buffer.concat([got.get(signal) ?? Buffer.alloc(0), body]));
  };
  const server: Server = protocol === 'grpc'
    ? createHttp2().on('stream', (stream, headers) => {
        const body: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => body.push(chunk)).on('error', () => undefined).on('end', () => {
          take(String(headers[':path']), Buffer.concat(body));
          if (!answers) return;
          stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.end(Buffer.alloc(5)); // An empty message, behind its length.
        });
      })
    : createHttp((request, response) => {
        const body: Buffer[] = [];
        request.on('data', (chunk: Buffer) => body.push(chunk)).on('end', () => {
          take(request.url ?? '', Buffer.concat(body));
          if (answers) response.setHeader('content-type', 'application/x-protobuf').end();
        });
      });
  const open = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise<unknown>((resolve) => server.close(resolve));
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}
