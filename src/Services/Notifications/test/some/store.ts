import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SqliteDatabase } from '../../src/store/sqlite.js';

/** A folder that goes with the test. */
export function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-notifications-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function someDatabase(file = join(someFolder(), 'some.db')): SqliteDatabase {
  const database = new SqliteDatabase(file);
  onTestFinished(() => database.close());
  return database;
}
