import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { trace as traces } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createOperations, type MapOwn } from '../../src/operations/createOperations.js';
import { openLog } from '../../src/seeing/openLog.js';
import { currentPlace } from '../../src/seeing/spans.js';
import { startTracing } from '../../src/seeing/startTracing.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import { Service } from '../../src/service.js';
import { readSettings } from '../../src/settings/readSettings.js';
import { binary } from '../some/events.js';
import { someDatabase, someFolder } from '../some/store.js';

const trace = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${trace}-b7ad6b7169203331-01`;
const docs = join(process.env['TESSERA_CONTRACTS'] ?? '../../../contracts', '../docs');

const spans: ReadableSpan[] = [];
const exporter = new InMemorySpanExporter();
const stopTracing = startTracing({}, exporter);
afterAll(stopTracing);

const mapThings: MapOwn = (server) => {
  server.get('/things/:id', () => currentPlace());
  server.post('/things/:id', () => currentPlace());
  server.get('/broken/:id', () => Promise.reject(new TypeError('why')));
};

async function running(isHttp2 = false) {
  const database = someDatabase();
  const settings = readSettings({
    Tessera__DataDirectory: join(someFolder(), 'data'),
    Notifications__WebhookSecret: `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`,
  });
  const links = await StopLinks.load(database, settings.publicUrl);
  const lines: string[] = [];
  const log = openLog('info', 'json', undefined, { write: (line: string) => void lines.push(line) });
  const service = new Service(settings, database, links, log, () => new Date());
  const server = createOperations(service, log, [mapThings], isHttp2);
  onTestFinished(async () => {
    await server.close();
    await service.stop();
  });
  const metrics = async () => (await service.metrics.registry.metrics()).split('\n');
  return { server, service, lines, metrics };
}

/** Those of requests for these; the batch that they wait in is sent on. */
async function spansOf(...urls: string[]): Promise<ReadableSpan[]> {
  const provider = traces.getTracerProvider() as unknown as { getDelegate(): { forceFlush(): Promise<void> } };
  await provider.getDelegate().forceFlush();
  spans.push(...exporter.getFinishedSpans());
  exporter.reset();
  return spans.filter((span) => urls.includes(String(span.attributes['url.path'])));
}

describe('a request', () => {
  test('is a span of the trace of who asks, by the conventions', async () => {
    const { server } = await running();
    const headers = { traceparent, host: 'here:8179' };
    const answer = await server.inject({ url: '/things/17?whose=planted', headers });
    const [span] = await spansOf('/things/17');
    expect(span).toMatchObject({
      name: 'GET /things/:id', kind: 1, parentSpanContext: { traceId: trace, spanId: 'b7ad6b7169203331' },
      status: { code: 0 },
    });
    expect(span?.attributes).toEqual({
      'http.request.method': 'GET', 'http.route': '/things/:id', 'http.response.status_code': 200,
      'url.path': '/things/17', 'url.scheme': 'http', 'server.address': 'here', 'server.port': 8179,
      'network.protocol.version': '1.1',
    });
    expect(answer.json()).toEqual({ trace, span: span?.spanContext().spanId });
  });

  test('with a body is answered in its trace as well', async () => {
    const { server } = await running();
    const { port } = await listening(server);
    const answer = await fetch(`http://127.0.0.1:${port}/things/18`, {
      method: 'POST', body: 'x'.repeat(200_000), headers: { traceparent, 'content-type': 'text/plain' },
    });
    expect(await answer.json()).toMatchObject({ trace });
  });

  test('that fails is logged in its trace, and its span has failed', async () => {
    const { server, lines } = await running();
    await server.inject({ url: '/broken/19?whose=planted', headers: { traceparent } });
    const [span] = await spansOf('/broken/19');
    expect(span).toMatchObject({ attributes: { 'error.type': '500' }, status: { code: 2 } });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{
      message: 'A request failed', trace, span: span?.spanContext().spanId, values: { path: '/broken/19' },
    }]);
  });

  test('without a trace begins one, and one of processes among themselves none', async () => {
    const { server } = await running();
    await server.inject({ url: '/things/20', headers: { traceparent: 'planted' } });
    const probes = ['/health/live', '/metrics', '/internal/ended', '/.well-known/jwks'];
    for (const url of probes) await server.inject({ url, headers: { traceparent } });
    expect(await spansOf('/things/20')).toMatchObject([{ parentSpanContext: undefined }]);
    expect(await spansOf(...probes)).toEqual([]);
  });

  test('is counted by its route, never by its path, and neither probes are nor the counting itself', async () => {
    const { server, metrics } = await running();
    const asked = ['/things/0190a5a0?x=planted', '/nowhere/planted', '/broken/planted', '/health/live', '/metrics'];
    for (const url of asked) await server.inject(url);
    const counted = (await metrics()).filter((line) => /^http_server_request_duration_seconds_count/.test(line)).sort();
    const of = (labels: string) => `http_server_request_duration_seconds_count{${labels}} 1`;
    const [known, version] = ['http_request_method="GET",http_response_status_code', 'network_protocol_version="1.1"'];
    expect(counted).toEqual([
      of(`${known}="200",http_route="/things/:id",${version},url_scheme="http"`),
      of(`${known}="404",${version},url_scheme="http"`),
      of(`${known}="500",http_route="/broken/:id",${version},url_scheme="http",error_type="500"`),
    ]);
    expect((await metrics()).join('\n')).not.toMatch(/planted|0190a5a0/);
  });

  test('of a method that hardly anybody uses is counted as another', async () => {
    const { server, metrics } = await running(true);
    const { port } = await listening(server);
    const client = connect(`http://127.0.0.1:${port}`);
    onTestFinished(() => client.destroy());
    const stream = client.request({ ':method': 'PURGE', ':path': '/things/21' }).resume();
    await once(stream, 'close');
    await expect.poll(async () => (await metrics()).filter((line) => line.includes('_count{http_request_method')))
      .toEqual([expect.stringContaining('http_request_method="_OTHER"')]);
    expect((await metrics()).join('\n')).not.toContain('PURGE');
  });
});

test('Requests and what is parked are told under the names that docs/monitoring.md has for all services', async () => {
  const { server, service, metrics } = await running();
  await server.inject('/things/1');
  await service.take([binary({ data: {} })]);
  const row = (start: string) =>
    readFileSync(join(docs, 'monitoring.md'), 'utf8').split('\n').find((line) => line.startsWith(start)) ?? '';
  const namesIn = (text: string) => [...text.matchAll(/`([a-z_…]+)`/g)].map(([, name]) => name ?? '');
  const [requests, ...labels] = namesIn(row('| requests, failures, times by route |'));
  const [parked, keys] = namesIn(row('| parked events, and keys'));
  const told = (await metrics()).filter((line) => !line.startsWith('#'));
  const series = told.find((line) => line.startsWith(`${requests}_count{`));
  expect(labels).toEqual(['http_route', 'http_response_status_code']);
  for (const label of labels) expect(series).toContain(`${label}="`);
  for (const name of [parked, keys?.replace('…', 'tessera_messaging')]) {
    expect(told.some((line) => line.startsWith(`${name}{`)), name).toBe(true);
  }
});

async function listening(server: Awaited<ReturnType<typeof running>>['server']) {
  await server.listen({ host: '127.0.0.1', port: 0 });
  return server.server.address() as AddressInfo;
}
