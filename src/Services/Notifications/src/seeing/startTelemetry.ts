import { OTLPLogExporter as LogsByGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogsByHttp } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricsByGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricsByHttp } from '@opentelemetry/exporter-metrics-otlp-proto';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';
import type { Environment } from '../settings/settingsReader.js';
import { CountedMetrics } from './countedMetrics.js';
import type { TakeLine } from './openLog.js';
import { ownResource, readOtlp, type Otlp } from './otlp.js';
import { sendLine } from './sendLine.js';
import { startTracing } from './startTracing.js';

const stopWithinMilliseconds = 1_500;

export interface Telemetry {
  /** Sends what the log says; undefined where nobody takes it. */
  readonly takeLine: TakeLine | undefined;
  /** Sends from now on what `/metrics` tells. */
  sendMetrics(registry: Registry): void;
  /** Sends it for the last time, before what it is read from is closed. */
  stopMetrics(): Promise<void>;
  /** Sends what is left, for a bounded time: who takes nothing holds up no stop. */
  stop(): Promise<void>;
}

/** Traces always; traces, metrics and logs by OTLP where `OTEL_EXPORTER_OTLP_ENDPOINT` says to. */
export function startTelemetry(environment: Environment): Telemetry {
  const otlp = readOtlp(environment);
  const ends = [startTracing(environment)];
  const logs = otlp === undefined ? undefined : logsTo(otlp);
  let meters: MeterProvider | undefined;
  if (logs !== undefined) ends.push(() => logs.shutdown());
  const endMetrics = () => {
    const ending = meters;
    meters = undefined;
    return ending?.shutdown();
  };
  return {
    takeLine: logs === undefined ? undefined : (line) => sendLine(logs, line),
    sendMetrics: (registry) => {
      if (otlp !== undefined) meters = metricsTo(otlp, registry);
    },
    stopMetrics: () => within([endMetrics]),
    stop: () => within([...ends, endMetrics]),
  };
}

async function within(ends: readonly (() => Promise<void> | undefined)[]): Promise<void> {
  const tooLong = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMilliseconds).unref());
  await Promise.race([Promise.allSettled(ends.map((end) => end())), tooLong]);
}

function logsTo(otlp: Otlp): LoggerProvider {
  const processor = new BatchLogRecordProcessor({
    exporter: otlp.protocol === 'grpc' ? new LogsByGrpc() : new LogsByHttp(),
    maxQueueSize: otlp.logsQueueMax,
    maxExportBatchSize: Math.min(otlp.logsBatchMax, otlp.logsQueueMax),
  });
  return new LoggerProvider({ resource: ownResource, processors: [processor] });
}

function metricsTo(otlp: Otlp, registry: Registry): MeterProvider {
  const reader = new PeriodicExportingMetricReader({
    exporter: otlp.protocol === 'grpc' ? new MetricsByGrpc() : new MetricsByHttp(),
    exportIntervalMillis: otlp.metricsEveryMilliseconds,
    exportTimeoutMillis: Math.min(otlp.metricsEveryMilliseconds, 30_000),
    metricProducers: [new CountedMetrics(registry)],
  });
  return new MeterProvider({ resource: ownResource, readers: [reader] });
}
