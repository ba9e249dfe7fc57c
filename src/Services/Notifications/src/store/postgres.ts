import pg from 'pg';
import type { Database, Row, Statements, Value } from './database.js';
import { filesAfter, schemaFiles } from './schemaFiles.js';

const connectionsMax = 16;
const timeoutMilliseconds = 15_000;
const schemaLock = 7_205_114;

// Whole numbers of the rows stay below 2^53: positions and counts.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A database of this service's own on a server. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres';

  private constructor(private readonly pool: pg.Pool) {}

  static async open(connection: string): Promise<PostgresDatabase> {
    const pool = new pg.Pool({
      ...readConnection(connection),
      max: connectionsMax,
      connectionTimeoutMillis: timeoutMilliseconds,
      query_timeout: timeoutMilliseconds,
      statement_timeout: timeoutMilliseconds,
      application_name: 'notifications',
    });
    pool.on('error', () => undefined); // An idle connection that breaks is replaced; one in use tells its user.
    const database = new PostgresDatabase(pool);
    await database.migrate();
    return database;
  }

  rows<T extends Row>(sql: string, ...values: readonly Value[]): Promise<T[]> {
    return statementsOf(this.pool).rows<T>(sql, ...values);
  }

  change(sql: string, ...values: readonly Value[]): Promise<number> {
    return statementsOf(this.pool).change(sql, ...values);
  }

  async transaction<T>(alone: readonly string[], work: (statements: Statements) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      for (const word of [...alone].sort()) {
        await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [word]);
      }
      const result = await work(statementsOf(client));
      await client.query('commit');
      return result;
    } catch (failure) {
      await client.query('rollback').catch((dead: Error) => (broken = dead));
      throw failure;
    } finally {
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async migrate(): Promise<void> {
    await this.transaction([String(schemaLock)], async (statements) => {
      await statements.change('create table if not exists schema_version (number integer primary key, name text)');
      const [row] = await statements.rows<{ version: number }>(
        'select coalesce(max(number), 0) as version from schema_version');
      for (const file of filesAfter(row?.version ?? 0, schemaFiles('postgres'))) {
        await statements.change(file.sql);
        await statements.change('insert into schema_version values ($1, $2)', file.number, file.name);
      }
    });
  }
}

function statementsOf(client: Pick<pg.Pool, 'query'>): Statements {
  return {
    rows: async <T extends Row>(sql: string, ...values: readonly Value[]) =>
      (await client.query(sql, [...values])).rows as T[],
    change: async (sql: string, ...values: readonly Value[]) => (await client.query(sql, [...values])).rowCount ?? 0,
  };
}

/** The other services' form, `Host=…;Port=…;Database=…;Username=…;Password=…` or an address `postgres://`. */
export function readConnection(text: string): pg.PoolConfig {
  if (/^postgres(ql)?:\/\//.test(text)) return { connectionString: text };
  const parts = new Map(
    text.split(';').filter((part) => part.includes('=')).map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }));
  const encrypts = /^(require|verify-ca|verifyca|verify-full|verifyfull)$/i.exec(
    parts.get('ssl mode') ?? parts.get('sslmode') ?? '');
  const user = parts.get('username') ?? parts.get('user id');
  const password = parts.get('password');
  const database = parts.get('database');
  return {
    host: parts.get('host') ?? '127.0.0.1',
    port: Number(parts.get('port') ?? 5432),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(encrypts === null ? {} : { ssl: { rejectUnauthorized: encrypts[1]?.toLowerCase() !== 'require' } }),
  };
}
