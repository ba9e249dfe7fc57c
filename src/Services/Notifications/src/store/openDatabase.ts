import type { Settings } from '../settings/readSettings.js';
import type { Database } from './database.js';
import { PostgresDatabase } from './postgres.js';
import { SqliteDatabase } from './sqlite.js';

/** With its tables up to date. */
export function openDatabase({ database }: Pick<Settings, 'database'>): Promise<Database> {
  return database.connection === undefined
    ? Promise.resolve(new SqliteDatabase(database.file))
    : PostgresDatabase.open(database.connection);
}
