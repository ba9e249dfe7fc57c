import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database, Row, Statements, Value } from './database.js';
import { filesAfter, schemaFiles } from './schemaFiles.js';

const lockWaitMilliseconds = 10_000;

/** A file that the replicas of this machine share. */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite';
  private readonly connection: Sqlite.Database;
  private readonly prepared = new Map<string, Sqlite.Statement>(); // As many as the program has texts of SQL.
  private last: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.connection = new Sqlite(file, { timeout: lockWaitMilliseconds });
    this.connection.pragma('journal_mode = wal');
    this.connection.pragma('synchronous = full'); // The broker forgets what was settled: it must be on the disk.
    this.migrate();
  }

  rows<T extends Row>(sql: string, ...values: readonly Value[]): Promise<T[]> {
    return this.inTurn(() => Promise.resolve(this.all<T>(sql, values)));
  }

  change(sql: string, ...values: readonly Value[]): Promise<number> {
    return this.inTurn(() => Promise.resolve(this.run(sql, values)));
  }

  // SQLite has one writer at a time: every transaction is alone.
  transaction<T>(_alone: readonly string[], work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      this.connection.exec('begin immediate');
      try {
        const result = await work({
          rows: <R extends Row>(sql: string, ...values: readonly Value[]) =>
            Promise.resolve(this.all<R>(sql, values)),
          change: (sql: string, ...values: readonly Value[]) => Promise.resolve(this.run(sql, values)),
        });
        this.connection.exec('commit');
        return result;
      } catch (failure) {
        if (this.connection.inTransaction) this.connection.exec('rollback');
        throw failure;
      }
    });
  }

  close(): Promise<void> {
    return this.inTurn(() => Promise.resolve(void this.connection.close()));
  }

  /** One connection serves all: what came meanwhile must not fall into another's transaction. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }

  private all<T extends Row>(sql: string, values: readonly Value[]): T[] {
    const statement = this.statement(sql);
    return (values.length === 0 ? statement.all() : statement.all(named(values))) as T[];
  }

  private run(sql: string, values: readonly Value[]): number {
    const statement = this.statement(sql);
    return (values.length === 0 ? statement.run() : statement.run(named(values))).changes;
  }

  private statement(sql: string): Sqlite.Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) this.prepared.set(sql, (statement = this.connection.prepare(sql)));
    return statement;
  }

  private migrate(): void {
    this.connection
      .transaction(() => {
        this.connection.exec('create table if not exists schema_version (number integer primary key, name text)');
        const { version } = this.connection
          .prepare('select coalesce(max(number), 0) as version from schema_version')
          .get() as { version: number };
        for (const file of filesAfter(version, schemaFiles('sqlite'))) {
          this.connection.exec(file.sql);
          this.connection.prepare('insert into schema_version values (?, ?)').run(file.number, file.name);
        }
      })
      .immediate();
  }
}

function named(values: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(values.map((value, index) => [String(index + 1), value]));
}
