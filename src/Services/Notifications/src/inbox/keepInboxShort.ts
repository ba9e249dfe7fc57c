import type { Database } from '../store/database.js';

/**
 * Forgets events that are older than any broker may bring again, and mails that ended so long ago. Where mails are
 * files the rows of people stay: they say whose they are.
 */
export async function keepInboxShort(
  database: Database, keptMilliseconds: number, areMailsFiles: boolean, now: Date): Promise<number> {
  const before = new Date(now.getTime() - keptMilliseconds).toISOString();
  const events = await database.change('delete from inbox where taken_at < $1', before);
  const mails = await database.change(
    "delete from mails where ended_at < $1 and state <> 'forgotten' and ($2 = 0 or user_id is null)",
    before, areMailsFiles ? 1 : 0);
  return events + mails;
}
