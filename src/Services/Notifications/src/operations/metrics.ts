import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Taken } from '../inbox/takeDelivery.js';
import type { Statements } from '../store/database.js';

/** What a monitoring server reads. */
export class Metrics {
  readonly registry = new Registry();
  private readonly messages: Counter;
  private readonly handled: Counter;
  private readonly copies: Counter;
  private readonly parked: Counter;
  private readonly requests: Histogram;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.messages = new Counter({
      name: 'notifications_messages_total', help: 'Messages read. One that is a frame has several events.',
      labelNames: ['stream'], registers,
    });
    this.handled = new Counter({
      name: 'notifications_events_handled_total', help: 'Events handled.', labelNames: ['stream'], registers,
    });
    this.copies = new Counter({
      name: 'notifications_events_copies_total', help: 'Copies of events handled before.',
      labelNames: ['stream'], registers,
    });
    this.parked = new Counter({
      name: 'notifications_events_parked_total', help: 'Events parked.', labelNames: ['stream'], registers,
    });
    // Name, labels and bounds of all services: alerts and the dashboard know no others.
    this.requests = new Histogram({
      name: 'http_server_request_duration_seconds', help: 'Duration of HTTP server requests.', registers,
      labelNames: [
        'http_request_method', 'http_response_status_code', 'http_route', 'network_protocol_version', 'url_scheme',
        'error_type',
      ],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    });
  }

  took(stream: string, messages: number, taken: Taken): void {
    this.messages.inc({ stream }, messages);
    this.handled.inc({ stream }, taken.handled);
    this.copies.inc({ stream }, taken.copies);
    this.parked.inc({ stream }, taken.parked.length);
  }

  requested(labels: Readonly<Record<string, string | number>>, seconds: number): void {
    this.requests.observe(labels, seconds);
  }

  /** A number that is looked up when somebody reads; missing while it cannot be. */
  watch(name: string, help: string, read: () => Promise<number>, labels: Readonly<Record<string, string>> = {}): void {
    new Gauge({
      name, help, labelNames: Object.keys(labels), registers: [this.registry],
      async collect() {
        this.remove(labels); // Not reset, which leaves a zero of what has no labels.
        const value = await read().catch(() => null);
        if (value !== null) this.set(labels, value);
      },
    });
  }

  /** What waits in the database, under the names that all services share: alerts and the dashboard know no others. */
  watchStore(service: string, database: Statements): void {
    const labels = { messaging_destination_name: service };
    const count = async (what: string): Promise<number> => {
      const [row] = await database.rows<{ many: number }>(`select ${what} as many from parked`);
      return Number(row?.many ?? 0);
    };
    this.watch('tessera_messaging_parked_messages', 'Parked events.', () => count('count(*)'), labels);
    this.watch('tessera_messaging_parked_keys', 'Keys with parked events.', () =>
      count("count(distinct stream || ' ' || key)"), labels);
    this.watch(
      'tessera_messaging_store_readable',
      'Whether the tables that the others tell of could be read: 1, or 0 and the others are missing.',
      () => count('count(*)').then(() => 1, () => 0), labels);
  }
}
