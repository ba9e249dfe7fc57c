import { OTLPTraceExporter as OtlpByGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpByHttp } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Environment } from '../settings/settingsReader.js';
import { ownResource, readOtlp } from './otlp.js';

/**
 * Sends traces from now on, where `OTEL_EXPORTER_OTLP_ENDPOINT` says to; the standard settings of OpenTelemetry are
 * those of the other services. Without it there are traces all the same, which go on to others and stand in the log.
 * What it answers with sends what is left.
 */
export function startTracing(environment: Environment, exporter?: SpanExporter): () => Promise<void> {
  const to = exporter ?? exporterOf(environment);
  const spanProcessors = to === undefined ? [] : [new BatchSpanProcessor(to)];
  const provider = new NodeTracerProvider({ resource: ownResource, spanProcessors });
  provider.register();
  return () => provider.shutdown();
}

function exporterOf(environment: Environment): SpanExporter | undefined {
  const otlp = readOtlp(environment);
  if (otlp === undefined) return undefined;
  // Both read the other standard settings themselves.
  return otlp.protocol === 'grpc' ? new OtlpByGrpc() : new OtlpByHttp();
}
