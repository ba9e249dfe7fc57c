import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SchemaFile {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** The numbered files that make the tables, in their order. */
export function schemaFiles(engine: 'sqlite' | 'postgres'): SchemaFile[] {
  const folder = fileURLToPath(new URL(`../../schema/${engine}/`, import.meta.url));
  return readdirSync(folder)
    .filter((name) => /^\d{3}-.+\.sql$/.test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 3)), name, sql: readFileSync(join(folder, name), 'utf8') }));
}

/** What is still to be done where `version` is the last that was; refuses a database of a newer program. */
export function filesAfter(version: number, files: readonly SchemaFile[]): readonly SchemaFile[] {
  const newest = files.at(-1)?.number ?? 0;
  if (version > newest) {
    throw new Error(
      `The database is at schema ${version} and this program knows ${newest}: start the newer program, ` +
        'or give it a database of its own.',
    );
  }
  return files.filter((file) => file.number > version);
}
