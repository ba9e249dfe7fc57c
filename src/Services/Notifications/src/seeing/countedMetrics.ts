import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality, DataPointType, type CollectionResult, type DataPoint, type Histogram, type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';

/** By the conventions, and as the other services have them: in Prometheus's form their dots are lost. */
const names = new Map([
  'http.server.request.duration', 'tessera.messaging.parked.messages', 'tessera.messaging.parked.keys',
  'tessera.messaging.store.readable',
  'http.request.method', 'http.response.status_code', 'http.route', 'network.protocol.version', 'url.scheme',
  'error.type', 'messaging.destination.name',
].map((name) => [name.replaceAll('.', '_'), name]));

/** What a name of Prometheus says of unit and kind, and OpenTelemetry's does not. */
const units: readonly (readonly [string, string])[] = [['_seconds', 's'], ['_bytes', 'By']];

/** What `/metrics` tells, for who wants it by OTLP: counted once, told in both forms. */
export class CountedMetrics implements MetricProducer {
  private readonly from = hrTime(performance.timeOrigin);

  constructor(private readonly registry: Registry) {}

  async collect(): Promise<CollectionResult> {
    const counted = (await this.registry.getMetricsAsJSON()) as MetricObjectWithValues<MetricValue<string>>[];
    const until = hrTime(Date.now());
    const metrics = counted.map((metric) => this.told(metric, until)).filter((metric) => metric !== undefined);
    const scopeMetrics = [{ scope: { name: 'Tessera.Notifications' }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }

  private told(metric: MetricObjectWithValues<MetricValue<string>>, endTime: HrTime): MetricData | undefined {
    const bare = metric.name.replace(/_total$/, '');
    const [suffix, unit] = units.find(([each]) => bare.endsWith(each)) ?? ['', ''];
    const name = bare.slice(0, bare.length - suffix.length);
    const descriptor = {
      name: names.get(name) ?? name, description: metric.help, unit, valueType: ValueType.DOUBLE,
    };
    const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
    const point = <T>(labels: Labels, value: T): DataPoint<T> =>
      ({ startTime: this.from, endTime, attributes: attributesOf(labels), value });
    // Of which kind, the package's own types say as a number, and its answer as a word.
    switch (String(metric.type)) {
      case 'counter':
        return {
          ...common, dataPointType: DataPointType.SUM, isMonotonic: true,
          dataPoints: metric.values.map(({ labels, value }) => point(labels, value)),
        };
      case 'gauge':
        return {
          ...common, dataPointType: DataPointType.GAUGE,
          dataPoints: metric.values.map(({ labels, value }) => point(labels, value)),
        };
      case 'histogram':
        return {
          ...common, dataPointType: DataPointType.HISTOGRAM,
          dataPoints: [...histogramsOf(metric)].map(({ labels, value }) => point(labels, value)),
        };
      default:
        return undefined;
    }
  }
}

type Labels = MetricValue<string>['labels'];

/** Prometheus has each bucket include those below it, and a line of its own for the sum and for the number. */
function histogramsOf(metric: MetricObjectWithValues<MetricValue<string>>) {
  const found = new Map<string, { labels: Labels; below: Map<number, number>; sum: number; count: number }>();
  for (const { labels: { le, ...labels }, value, metricName } of metric.values as MetricLine[]) {
    const key = JSON.stringify(labels);
    const one = found.get(key) ?? { labels, below: new Map<number, number>(), sum: 0, count: 0 };
    found.set(key, one);
    if (metricName?.endsWith('_sum')) one.sum = value;
    else if (metricName?.endsWith('_count')) one.count = value;
    else if (le !== '+Inf') one.below.set(Number(le), value);
  }
  return [...found.values()].map(({ labels, below, sum, count }) => {
    const boundaries = [...below.keys()].sort((one, other) => one - other);
    const atMost = [...boundaries.map((boundary) => below.get(boundary) ?? 0), count];
    const counts = atMost.map((many, index) => many - (index === 0 ? 0 : (atMost[index - 1] ?? 0)));
    return { labels, value: { buckets: { boundaries, counts }, sum, count } satisfies Histogram };
  });
}

interface MetricLine extends MetricValue<string> {
  readonly metricName?: string;
}

function attributesOf(labels: Labels): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [names.get(name) ?? name, value]));
}

function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1_000), Math.round((milliseconds % 1_000) * 1_000_000)];
}
