import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { context, propagation, trace as traces } from '@opentelemetry/api';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CountedMetrics } from '../../src/seeing/countedMetrics.js';
import { readOtlp, takeOtlpHeaders } from '../../src/seeing/otlp.js';
import { BadSetting } from '../../src/settings/settingsReader.js';
import { someReceiver } from '../some/otlpReceiver.js';
import { someFolder } from '../some/store.js';

const trace = '0af7651916cd43dd8448eb211c80319c';

/** A process has one telemetry; here each test has, with modules that know of no other. */
beforeEach(() => {
  for (const each of [traces, context, propagation]) each.disable();
  vi.resetModules();
  vi.unstubAllEnvs();
});

async function started(environment: Record<string, string>) {
  for (const [key, value] of Object.entries(environment)) vi.stubEnv(key, value);
  const { startTelemetry } = await import('../../src/seeing/startTelemetry.js');
  const { openLog } = await import('../../src/seeing/openLog.js');
  const { Metrics } = await import('../../src/operations/metrics.js');
  const { inPlaceOf } = await import('../../src/seeing/spans.js');
  const { whileSending } = await import('../../src/sending/whileSending.js');
  const telemetry = startTelemetry(process.env);
  const lines: string[] = [];
  const log = openLog('info', 'text', telemetry.takeLine, { write: (line: string) => void lines.push(line) })
    .child({ category: 'Tessera.Notifications.Some' });
  const metrics = new Metrics();
  telemetry.sendMetrics(metrics.registry);
  const useAll = async () => {
    metrics.requested({ http_request_method: 'GET', http_route: '/things/:id', url_scheme: 'http' }, 0.02);
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;
    await whileSending({ id: 'm', kind: 'order-placed', traceparent }, () => Promise.resolve());
    inPlaceOf('orders', { identity: 'e1', key: 'k1', traceparent }, () =>
      log.error({ delay: 200, failure: new TypeError('why') }, 'It failed'));
  };
  return { telemetry, lines, useAll };
}

describe.each(['http/protobuf', 'grpc'] as const)('by %s', (protocol) => {
  test('traces, metrics and logs of one process arrive, with their names and in their trace', async () => {
    const receiver = await someReceiver(protocol);
    const { telemetry, lines, useAll } = await started({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address, OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=planted',
    });
    await useAll();
    await telemetry.stop();

    const has = (signal: 'traces' | 'metrics' | 'logs', ...what: (string | Buffer)[]) =>
      what.filter((each) => receiver.got.get(signal)?.includes(each) !== true);
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      const resource = ['service.name', 'notifications', 'service.namespace', 'tessera', 'planted'];
      expect(has(signal, ...resource), signal).toEqual([]);
    }
    const id = Buffer.from(trace, 'hex');
    expect(has('traces', 'send mail order-placed', id)).toEqual([]);
    expect(has('metrics', 'http.server.request.duration', 'http.request.method', '/things/:id', 'nodejs_version_info'))
      .toEqual([]);
    expect(has('metrics', 'http_server_request_duration')).toEqual(['http_server_request_duration']);
    expect(has('logs', 'It failed', 'Error', 'Tessera.Notifications.Some', 'TypeError: why', 'delay', 'e1', id))
      .toEqual([]);
    expect(lines[0]).toContain('ERR Some: It failed delay=200');
  });

  test('who takes nothing holds up no stop', async () => {
    const receiver = await someReceiver(protocol, false);
    const { telemetry, useAll } = await started({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address, OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
    });
    await useAll();
    await telemetry.stop();
    expect([...receiver.got.keys()].sort()).toEqual(['logs', 'metrics', 'traces']);
  });
});

test('The program sends all three, and its last line as well', async () => {
  const receiver = await someReceiver('http/protobuf');
  const folder = someFolder();
  const program = spawn(process.execPath, ['dist/main.js'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env, Tessera__DataDirectory: join(folder, 'data'), Listen__Http1: '127.0.0.1:0',
      Notifications__Users: 'http://127.0.0.1:9/', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address,
      Notifications__WebhookSecret: `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    },
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  let said = '';
  program.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said, { timeout: 50_000 }).toContain('Notifications is running');
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
  expect(receiver.got.get('metrics')?.includes('notifications_mails_waiting')).toBe(true);
  for (const line of ['Notifications is running', 'Notifications has stopped']) {
    expect(receiver.got.get('logs')?.includes(line), line).toBe(true);
  }
});

test('Without an endpoint nothing is sent, and the log is as it was', async () => {
  const { telemetry, lines, useAll } = await started({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  await useAll();
  await telemetry.stop();
  expect(telemetry.takeLine).toBeUndefined();
  expect(lines[0]).toContain(`trace=${trace}`);
});

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json'], ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'], ['OTEL_BSP_MAX_QUEUE_SIZE', '-1'], ['OTEL_BLRP_MAX_QUEUE_SIZE', 'many'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'], ['OTEL_METRIC_EXPORT_INTERVAL', '1.5'],
])('A value of %s that is none stops the start, where something is sent', (key, value) => {
  const sent = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_TRACES_SAMPLER: 'traceidratio' };
  expect(() => readOtlp({ ...sent, [key]: value })).toThrow(BadSetting);
  expect(() => readOtlp({ ...sent, [key]: value })).toThrow(`${key} is '${value}': expected `);
  expect(readOtlp({ [key]: value })).toBeUndefined();
  expect(readOtlp({ ...sent, [key]: '' })).toMatchObject({ protocol: 'grpc', logsQueueMax: 2_048 });
});

test('What is counted is told as it stands at /metrics, by the names of the conventions', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'some_things_total', help: 'Things.', labelNames: ['kind'], registers }).inc({ kind: 'a' }, 3);
  new Gauge({
    name: 'tessera_messaging_parked_messages', help: 'Parked.', labelNames: ['messaging_destination_name'], registers,
  }).set({ messaging_destination_name: 'some' }, 2);
  const times = new Histogram({
    name: 'http_server_request_duration_seconds', help: 'Times.', labelNames: ['http_response_status_code'],
    buckets: [0.5, 1, 2.5], registers,
  });
  for (const seconds of [0.25, 0.75, 0.75, 5]) times.observe({ http_response_status_code: 200 }, seconds);
  times.observe({ http_response_status_code: 404 }, 2);

  const { resourceMetrics } = await new CountedMetrics(registry).collect();
  const [counter, gauge, histogram] = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
  expect(counter).toMatchObject({
    descriptor: { name: 'some_things', unit: '' }, dataPointType: DataPointType.SUM, isMonotonic: true,
    dataPoints: [{ attributes: { kind: 'a' }, value: 3 }],
  });
  expect(gauge).toMatchObject({
    descriptor: { name: 'tessera.messaging.parked.messages' }, dataPointType: DataPointType.GAUGE,
    dataPoints: [{ attributes: { 'messaging.destination.name': 'some' }, value: 2 }],
  });
  expect(histogram).toMatchObject({
    descriptor: { name: 'http.server.request.duration', unit: 's' }, dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [
      {
        attributes: { 'http.response.status_code': 200 },
        value: { buckets: { boundaries: [0.5, 1, 2.5], counts: [1, 2, 0, 1] }, sum: 6.75, count: 4 },
      },
      {
        attributes: { 'http.response.status_code': 404 },
        value: { buckets: { boundaries: [0.5, 1, 2.5], counts: [0, 0, 1, 0] }, sum: 2, count: 1 },
      },
    ],
  });
});

test('The key of who takes telemetry may come by a file, as any secret', () => {
  const folder = someFolder();
  writeFileSync(join(folder, 'OTEL_EXPORTER_OTLP_HEADERS'), 'x-otlp-api-key=hush\n');
  const environment: Record<string, string | undefined> = { Tessera__SecretsDirectory: folder };
  takeOtlpHeaders(environment);
  expect(environment['OTEL_EXPORTER_OTLP_HEADERS']).toBe('x-otlp-api-key=hush');

  const without = { OTEL_EXPORTER_OTLP_HEADERS: 'x-otlp-api-key=plain' };
  takeOtlpHeaders(without);
  expect(without).toEqual({ OTEL_EXPORTER_OTLP_HEADERS: 'x-otlp-api-key=plain' });
});
