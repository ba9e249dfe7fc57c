import type { Content, Kind } from '../mails/mail.js';
import type { Database, Row } from '../store/database.js';

/** A mail that waits to be sent, taken by this process for a while. */
export interface TakenMail {
  readonly id: string;
  readonly kind: Kind;
  readonly user: string | null;
  readonly content: Content;
  readonly traceparent: string | null;
  readonly happenedAt: Date;
  readonly queuedAt: Date;
  readonly tries: number;
}

/** How a mail can end. */
export type Ending = 'sent' | 'unwanted' | 'nobody' | 'refused' | 'given up';

interface MailRow extends Row {
  readonly id: string;
  readonly kind: Kind;
  readonly user_id: string | null;
  readonly content: string;
  readonly traceparent: string | null;
  readonly happened_at: string;
  readonly queued_at: string;
  readonly tries: number;
}

/** Longer than any mail is put off or held. What is further ahead was written by a clock that was set back since. */
const aheadMaxMilliseconds = 30 * 60_000;

// The first of its key alone: what an order came to is told in the order in which it happened.
const firstDueOfItsKey =
  'select id, kind, user_id, content, traceparent, happened_at, queued_at, tries from mails m ' +
  "where state = 'waiting' and (due_at <= $1 or tries = 0 or due_at > $2) and not exists " +
  "(select 1 from mails b where b.state = 'waiting' " +
  'and b.key = m.key and b.number < m.number) order by number limit 1';

/** The mails that wait in the database. */
export class MailQueue {
  constructor(private readonly database: Database, private readonly now: () => Date) {}

  /** Takes the next mail that is due, so that no other process sends it for that long. */
  async take(forMilliseconds: number): Promise<TakenMail | null> {
    return this.database.transaction(['mails'], async (statements) => {
      const now = this.now();
      const [row] = await statements.rows<MailRow>(firstDueOfItsKey, now.toISOString(), this.tooFarAhead());
      if (row === undefined) return null;
      const until = new Date(now.getTime() + forMilliseconds).toISOString();
      await statements.change('update mails set due_at = $2, tries = tries + 1 where id = $1', row.id, until);
      return {
        id: row.id,
        kind: row.kind,
        user: row.user_id,
        content: JSON.parse(row.content) as Content,
        traceparent: row.traceparent,
        happenedAt: new Date(row.happened_at),
        queuedAt: new Date(row.queued_at),
        tries: Number(row.tries) + 1,
      };
    });
  }

  /** False when it was forgotten meanwhile. */
  async end(mail: TakenMail, ending: Ending, reason: string | null): Promise<boolean> {
    const changed = await this.database.change(
      "update mails set state = $2, ended_at = $3, reason = $4 where id = $1 and state = 'waiting'",
      mail.id, ending, this.now().toISOString(), reason);
    return changed === 1;
  }

  /** Not of who took so long that another has taken it since: that would free a mail that is being sent. */
  async retry(mail: TakenMail, delayMilliseconds: number, reason: string): Promise<void> {
    const due = new Date(this.now().getTime() + delayMilliseconds).toISOString();
    await this.database.change(
      "update mails set due_at = $2, reason = $3 where id = $1 and state = 'waiting' and tries = $4", mail.id, due,
      reason, mail.tries);
  }

  /** Mails of people who were erased and that nobody is sending: their files go, then these rows. */
  async forgotten(): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(
      "select id from mails where state = 'forgotten' and (due_at <= $1 or due_at > $2) limit 100",
      this.now().toISOString(), this.tooFarAhead());
    return rows.map((row) => row.id);
  }

  async remove(id: string): Promise<void> {
    await this.database.change('delete from mails where id = $1', id);
  }

  private tooFarAhead(): string {
    return new Date(this.now().getTime() + aheadMaxMilliseconds).toISOString();
  }

  /** Whether it is still to be sent: a person may be erased while a mail of hers is written. */
  async isWaiting(id: string): Promise<boolean> {
    const rows = await this.database.rows("select 1 as found from mails where id = $1 and state = 'waiting'", id);
    return rows.length > 0;
  }
}
