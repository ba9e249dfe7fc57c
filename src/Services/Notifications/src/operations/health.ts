import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.js';

const bytesOfMegabyte = 1_048_576;

/** `/health/live`: the process answers. `/health/ready`: it can do its work. `/metrics`: for a monitoring server. */
export function mapHealth(server: FastifyInstance, service: Service): void {
  const view = (status: string, checks: Record<string, { status: string; description: string | null }>) => ({
    status,
    checks,
    processId: process.pid,
    memoryMegabytes: Math.floor(process.memoryUsage.rss() / bytesOfMegabyte),
    instance: process.env['Tessera__Instance'] ?? null,
  });
  server.get('/health/live', () => view('Healthy', {}));
  server.get('/health/started', () => view('Healthy', {}));
  server.get('/health/ready', async (_request, reply) => {
    const database = await service.database.rows('select 1 as one').then(
      () => ({ status: 'Healthy', description: null }),
      (failure: Error) => ({ status: 'Unhealthy', description: failure.message }));
    const away = service.broker.status().find((stream) => stream.unavailable !== null);
    // A reader that has lost its broker still answers for what it knows: it is slow, and not away.
    const hasBegun = service.hasBegun();
    const broker = away === undefined
      ? { status: 'Healthy', description: null }
      : { status: hasBegun ? 'Degraded' : 'Unhealthy', description: `${away.stream}: ${away.unavailable}` };
    const isReady = database.status === 'Healthy' && hasBegun && !service.isStopping;
    const status = !isReady ? 'Unhealthy' : broker.status;
    const stop = service.isStopping ? { stop: { status: 'Unhealthy', description: 'It is about to stop.' } } : {};
    return reply.code(isReady ? 200 : 503).send(view(status, { database, broker, ...stop }));
  });

  server.get('/metrics', async (_request, reply) =>
    reply.type(service.metrics.registry.contentType).send(await service.metrics.registry.metrics()));
}
