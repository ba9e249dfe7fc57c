import type { Database } from '../store/database.js';

/**
 * Forgets mails that ended long ago. Where mails are files, whoever sends them removes the file and then the row, as
 * for a person who is erased: the row alone says whose the file is.
 */
export function forgetEnded(
  database: Database, keptMilliseconds: number, areMailsFiles: boolean, now: Date): Promise<number> {
  const before = new Date(now.getTime() - keptMilliseconds).toISOString();
  return areMailsFiles
    ? database.change(
      "update mails set state = 'forgotten', due_at = $2 where ended_at < $1 and state <> 'forgotten'",
      before, now.toISOString())
    : database.change("delete from mails where ended_at < $1 and state <> 'forgotten'", before);
}
