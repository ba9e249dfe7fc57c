import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Taken } from '../inbox/takeDelivery.js';

/** What a monitoring server reads. */
export class Metrics {
  readonly registry = new Registry();
  private readonly handled: Counter;
  private readonly copies: Counter;
  private readonly parked: Counter;
  private readonly mails: Counter;
  private readonly sending: Histogram;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
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
    this.mails = new Counter({
      name: 'notifications_mails_total', help: 'Mails by how they ended.', labelNames: ['kind', 'ending'], registers,
    });
    this.sending = new Histogram({
      name: 'notifications_mail_seconds', help: 'Time from taking a mail to its end.', registers,
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    });
  }

  took(stream: string, taken: Taken): void {
    this.handled.inc({ stream }, taken.handled);
    this.copies.inc({ stream }, taken.copies);
    this.parked.inc({ stream }, taken.parked.length);
  }

  mailEnded(kind: string, ending: string, seconds: number): void {
    this.mails.inc({ kind, ending });
    this.sending.observe(seconds);
  }

  /** A number that is looked up when somebody reads. */
  watch(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name, help, registers: [this.registry],
      async collect() {
        this.set(await read());
      },
    });
  }
}
