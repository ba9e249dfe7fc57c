import type { Database } from '../store/database.js';

/** Forgets events that are older than any broker may bring again, unless they are still parked. */
export function keepInboxShort(database: Database, keptMilliseconds: number, now: Date): Promise<number> {
  return database.change(
    'delete from inbox where taken_at < $1 and not exists ' +
      '(select 1 from parked where parked.identity = inbox.identity)',
    new Date(now.getTime() - keptMilliseconds).toISOString());
}
