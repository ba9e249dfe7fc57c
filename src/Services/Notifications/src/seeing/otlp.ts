import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  defaultResource, detectResources, envDetector, resourceFromAttributes, type Resource,
} from '@opentelemetry/resources';
import { BadSetting, SettingsReader, type Environment } from '../settings/settingsReader.js';

const protocols = ['grpc', 'http/protobuf'] as const;
const samplers = [
  'always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off',
  'parentbased_traceidratio',
];

/** What is said of sending telemetry; the packages read the rest of the standard settings themselves. */
export interface Otlp {
  readonly protocol: (typeof protocols)[number];
  readonly metricsEveryMilliseconds: number;
  readonly logsQueueMax: number;
  readonly logsBatchMax: number;
}

/** The key of whoever takes telemetry may come by a file; the packages look for it in the environment alone. */
export function takeOtlpHeaders(environment: Record<string, string | undefined>): void {
  const headers = new SettingsReader(environment).optional('OTEL_EXPORTER_OTLP_HEADERS');
  if (headers !== undefined) environment['OTEL_EXPORTER_OTLP_HEADERS'] = headers;
}

/**
 * The standard settings of OpenTelemetry, as the other services take them; undefined where nothing is sent. The
 * packages pass over a value that they do not understand: here it stops the start, by the name of its key.
 */
export function readOtlp(environment: Environment): Otlp | undefined {
  const given = (key: string) => environment[key] === '' ? undefined : environment[key];
  const refuse = (key: string, expected: string): never => {
    throw new BadSetting(`${key} is '${environment[key]}': expected ${expected}.`);
  };
  const whole = (key: string, otherwise: number): number => {
    const text = given(key);
    if (text === undefined) return otherwise;
    return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : refuse(key, 'a whole number above 0');
  };

  const endpoint = given('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === undefined) return undefined;
  if (!/^https?:\/\/[^/\s]+/.test(endpoint)) {
    refuse('OTEL_EXPORTER_OTLP_ENDPOINT', 'an address such as http://127.0.0.1:4317');
  }
  const protocol = protocols.find((each) => each === (given('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'grpc'))
    ?? refuse('OTEL_EXPORTER_OTLP_PROTOCOL', `one of ${protocols.join(', ')}`);
  const sampler = given('OTEL_TRACES_SAMPLER')?.toLowerCase();
  if (sampler !== undefined && !samplers.includes(sampler)) {
    refuse('OTEL_TRACES_SAMPLER', `one of ${samplers.join(', ')}`);
  }
  const ratio = given('OTEL_TRACES_SAMPLER_ARG');
  if (sampler?.endsWith('traceidratio') && ratio !== undefined && !(Number(ratio) >= 0 && Number(ratio) <= 1)) {
    refuse('OTEL_TRACES_SAMPLER_ARG', 'the part of the traces to keep, from 0 to 1');
  }
  for (const key of [
    'OTEL_BSP_MAX_QUEUE_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_EXPORTER_OTLP_TIMEOUT',
  ]) whole(key, 1);
  return {
    protocol,
    metricsEveryMilliseconds: whole('OTEL_METRIC_EXPORT_INTERVAL', 60_000),
    logsQueueMax: whole('OTEL_BLRP_MAX_QUEUE_SIZE', 2_048),
    logsBatchMax: whole('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', 512),
  };
}

/** Whose telemetry it is. All that one process sends must say the same, so it is made once. */
export const ownResource: Resource = defaultResource()
  .merge(resourceFromAttributes({
    'service.name': 'notifications', 'service.namespace': 'tessera', 'service.version': ownVersion(),
    'service.instance.id': randomUUID(),
  }))
  .merge(detectResources({ detectors: [envDetector] })); // Whoever starts the process may have named it.

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
