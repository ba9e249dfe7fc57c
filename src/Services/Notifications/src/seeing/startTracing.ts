import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OTLPTraceExporter as OtlpByGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpByHttp } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { BadSetting, type Environment } from '../settings/settingsReader.js';

const protocols = ['grpc', 'http/protobuf'] as const;

/**
 * Sends traces from now on, where `OTEL_EXPORTER_OTLP_ENDPOINT` says to; the standard settings of OpenTelemetry are
 * those of the other services. Without it there are traces all the same, which go on to others and stand in the log.
 * What it answers with sends what is left.
 */
export function startTracing(environment: Environment, exporter?: SpanExporter): () => Promise<void> {
  const to = exporter ?? exporterOf(environment);
  const resource = defaultResource()
    .merge(resourceFromAttributes({
      'service.name': 'notifications', 'service.namespace': 'tessera', 'service.version': ownVersion(),
      'service.instance.id': randomUUID(),
    }))
    .merge(detectResources({ detectors: [envDetector] })); // Whoever starts the process may have named it.
  const spanProcessors = to === undefined ? [] : [new BatchSpanProcessor(to)];
  const provider = new NodeTracerProvider({ resource, spanProcessors });
  provider.register();
  // Who takes no traces holds up no stop.
  return () => provider.shutdown().catch(() => undefined);
}

function exporterOf(environment: Environment): SpanExporter | undefined {
  const endpoint = environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return undefined;
  if (!/^https?:\/\/[^/\s]+/.test(endpoint)) {
    throw new BadSetting(
      `OTEL_EXPORTER_OTLP_ENDPOINT is '${endpoint}': expected an address such as http://127.0.0.1:4317.`);
  }
  const given = environment['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? 'grpc';
  const protocol = protocols.find((each) => each === given);
  if (protocol === undefined) {
    throw new BadSetting(`OTEL_EXPORTER_OTLP_PROTOCOL is '${given}': expected one of ${protocols.join(', ')}.`);
  }
  // Both read the other standard settings themselves.
  return protocol === 'grpc' ? new OtlpByGrpc() : new OtlpByHttp();
}

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
