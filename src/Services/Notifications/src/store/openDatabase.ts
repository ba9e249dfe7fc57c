import type { CommonSettings } from '../settings/readCommon.js';
import type { Database } from './database.js';
import { PostgresDatabase } from './postgres.js';
import { SqliteDatabase } from './sqlite.js';

/** With its tables up to date. */
export function openDatabase({ database }: Pick<CommonSettings, 'database'>): Promise<Database> {
  return database.connection === undefined
    ? Promise.resolve(new SqliteDatabase(database.file))
    : PostgresDatabase.open(database.connection);
}
