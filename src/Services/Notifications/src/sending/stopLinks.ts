import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../store/database.js';
import { isUnneeded, type UnneededKind } from '../mails/mail.js';
import { isUuid } from '../events/identity.js';

/** Addresses in mails that stop mails of a kind without signing in: only who got the mail knows them. */
export class StopLinks {
  private constructor(private readonly key: Buffer, private readonly store: string) {}

  /** With the key of this service, made at its first start. */
  static async load(database: Database, store: string): Promise<StopLinks> {
    const found = await database.transaction(['keys'], async (statements) => {
      await statements.change(
        "insert into keys (name, value) values ('stop-links', $1) on conflict do nothing",
        randomBytes(32).toString('base64'));
      return statements.rows<{ value: string }>("select value from keys where name = 'stop-links'");
    });
    return new StopLinks(Buffer.from(found[0]?.value ?? '', 'base64'), store);
  }

  of(user: string, kind: string): string {
    const query = new URLSearchParams({ user, kind, proof: this.proofOf(user, kind) });
    return `${this.store}api/v1/notifications/unsubscribe?${query.toString()}`;
  }

  /** What the link is about, or null when nobody was sent it. */
  read(query: Readonly<Record<string, unknown>>): { readonly user: string; readonly kind: UnneededKind } | null {
    const { user, kind, proof } = query;
    if (typeof user !== 'string' || typeof kind !== 'string' || typeof proof !== 'string') return null;
    if (!isUuid(user) || !isUnneeded(kind)) return null;
    const [expected, given] = [Buffer.from(this.proofOf(user, kind)), Buffer.from(proof)];
    return expected.length === given.length && timingSafeEqual(expected, given) ? { user, kind } : null;
  }

  private proofOf(user: string, kind: string): string {
    return createHmac('sha256', this.key).update(`${user}\n${kind}`).digest('base64url');
  }
}
