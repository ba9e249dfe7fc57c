import { languageOf, type Language } from '../mails/language.js';
import { isUnneeded, type UnneededKind } from '../mails/mail.js';
import type { Database, Statements } from '../store/database.js';

/** What a person wants to be told, and in which language. */
export interface Preferred {
  readonly language: Language | undefined;
  readonly unwanted: readonly UnneededKind[];
}

export class Preferences {
  constructor(private readonly database: Database) {}

  async of(user: string): Promise<Preferred> {
    return read(this.database, user);
  }

  async put(user: string, preferred: Preferred): Promise<void> {
    await this.database.transaction([`preferences:${user}`], (statements) => write(statements, user, preferred));
  }

  /** One click in a mail: no more of this kind. */
  async stop(user: string, kind: UnneededKind): Promise<void> {
    await this.database.transaction([`preferences:${user}`], async (statements) => {
      const before = await read(statements, user);
      if (before.unwanted.includes(kind)) return;
      await write(statements, user, { ...before, unwanted: [...before.unwanted, kind] });
    });
  }
}

async function read(statements: Statements, user: string): Promise<Preferred> {
  const [row] = await statements.rows<{ language: string | null; unwanted: string }>(
    'select language, unwanted from preferences where user_id = $1', user);
  return row === undefined
    ? { language: undefined, unwanted: [] }
    : { language: languageOf(row.language), unwanted: row.unwanted.split(' ').filter(isUnneeded) };
}

async function write(statements: Statements, user: string, preferred: Preferred): Promise<void> {
  const erased = await statements.rows('select 1 as found from erased where user_id = $1', user);
  if (erased.length > 0) return; // A link of an old mail outlives the account.
  await statements.change(
    'insert into preferences (user_id, language, unwanted) values ($1, $2, $3) on conflict (user_id) do update ' +
      'set language = excluded.language, unwanted = excluded.unwanted',
    user, preferred.language ?? null, preferred.unwanted.join(' '));
}
