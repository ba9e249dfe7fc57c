import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import { mailHandlers } from '../../src/mails/queueMails.js';
import { startTracing } from '../../src/seeing/startTracing.js';
import { whileSending } from '../../src/sending/whileSending.js';
import { BadSetting } from '../../src/settings/settingsReader.js';
import { binary } from '../some/events.js';
import { someDatabase } from '../some/store.js';

const trace = '0af7651916cd43dd8448eb211c80319c';
const now = () => new Date('2026-11-27T12:00:00Z');

test('A trace goes from the event to its mail, by way of what handled it', async () => {
  const exporter = new InMemorySpanExporter();
  // The exporter forgets what it has with its end.
  const spans: ReturnType<InMemorySpanExporter['getFinishedSpans']> = [];
  exporter.shutdown = () => Promise.resolve(void spans.push(...exporter.getFinishedSpans()));
  const stop = startTracing({}, exporter);
  const database = someDatabase();
  const message = binary();
  const attributes = new Map([...message.attributes, ['traceparent', `00-${trace}-b7ad6b7169203331-01`] as const]);
  await takeDelivery(database, mailHandlers(now), [{ ...message, attributes }], now, 'redis');
  const [mail] = await database.rows<{ id: string; traceparent: string }>('select id, traceparent from mails');
  await whileSending({ id: mail!.id, kind: 'order-confirmed', traceparent: mail!.traceparent }, async (span) => {
    span.setAttribute('tessera.mail.ending', 'sent');
  });
  await expect(whileSending({ id: mail!.id, kind: 'order-confirmed', traceparent: mail!.traceparent }, () =>
    Promise.reject(new TypeError('away')))).rejects.toThrow('away');
  await stop();

  const [process, send, failed] = spans;
  expect(process).toMatchObject({
    name: 'process orders', attributes: { 'messaging.system': 'redis', 'messaging.message.id': mail!.id },
    parentSpanContext: { traceId: trace, spanId: 'b7ad6b7169203331' },
  });
  expect(mail!.traceparent).toBe(`00-${trace}-${process!.spanContext().spanId}-01`);
  expect(send).toMatchObject({
    name: 'send mail order-confirmed', attributes: { 'tessera.mail.ending': 'sent' },
    parentSpanContext: { traceId: trace, spanId: process!.spanContext().spanId },
  });
  expect(failed).toMatchObject({ attributes: { 'error.type': 'TypeError' }, status: { code: 2 } });
  expect(process!.resource.attributes).toMatchObject({ 'service.name': 'notifications' });
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  }],
])('A value of %s that is none stops the start', (key, environment) => {
  expect(() => startTracing(environment)).toThrow(BadSetting);
  expect(() => startTracing(environment)).toThrow(key);
});
