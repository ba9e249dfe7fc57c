import { Counter, Histogram, type Registry } from 'prom-client';

/** How mails end, for a monitoring server. */
export class MailMetrics {
  private readonly mails: Counter;
  private readonly sending: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.mails = new Counter({
      name: 'notifications_mails_total', help: 'Mails by how they ended.', labelNames: ['kind', 'ending'], registers,
    });
    this.sending = new Histogram({
      name: 'notifications_mail_seconds', help: 'Time from taking a mail to its end.', registers,
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    });
  }

  ended(kind: string, ending: string, seconds: number): void {
    this.mails.inc({ kind, ending });
    this.sending.observe(seconds);
  }
}
