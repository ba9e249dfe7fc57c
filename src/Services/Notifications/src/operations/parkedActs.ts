import type { ParkedRow } from '../inbox/parked.js';
import type { Database, Statements } from '../store/database.js';
import type { ParkedFilter } from './parkedFilter.js';
import { Problem } from './problem.js';

export type Action = 'replay' | 'discard';

export interface Act {
  readonly action: Action;
  readonly filter: ParkedFilter;
  /** The caller's own name for it: the same act twice is done once. */
  readonly act: string;
  readonly expected: number | undefined;
  readonly dryRun: boolean;
  readonly note: string | null;
  readonly by: string;
}

type Meant = Pick<ParkedRow, 'position' | 'identity' | 'stream' | 'partition' | 'key' | 'type' | 'reason'>;

/** Replays or discards what the filter means, in one transaction with the record of it; how many messages it was. */
export async function actOnParked(database: Database, act: Act, now: Date): Promise<number> {
  const alone = await database.rows<{ stream: string; partition: number }>(
    'select distinct stream, partition from parked');
  return database.transaction(alone.map((each) => `${each.stream}:${each.partition}`), async (statements) => {
    const [before] = await statements.rows<{ messages: number }>(
      'select messages from parked_acts where act = $1', act.act);
    if (before !== undefined) return Number(before.messages);
    const meant = await statements.rows<Meant>(
      `select position, identity, stream, partition, key, type, reason from parked where ${act.filter.sql} ` +
        'order by position', ...act.filter.values);
    if (act.expected !== undefined && meant.length !== act.expected) {
      throw new Problem(409, `It would be ${meant.length} messages, not ${act.expected}: look again.`);
    }
    const [first] = meant;
    if (act.dryRun || first === undefined) return meant.length;
    const at = now.toISOString();
    for (const { position } of meant) {
      await (act.action === 'replay'
        ? statements.change('update parked set replay_at = $2 where position = $1', position, at)
        : statements.change('delete from parked where position = $1', position));
    }
    const keys = new Map(meant.map((each) => [`${each.stream}\n${each.key}`, each]));
    for (const { stream, key } of keys.values()) await freeFollowers(statements, stream, key, at);
    await statements.change(
      'insert into parked_acts (act, at, action, stream, key, type, event_id, reason, keys, messages, done_by, note) ' +
        'values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
      act.act, at, act.action, first.stream, first.key, first.type, first.identity, first.reason,
      keys.size, meant.length, act.by, act.note);
    return meant.length;
  });
}

/** What waited behind messages that are gone, or that go now, goes after them. */
async function freeFollowers(statements: Statements, stream: string, key: string, at: string): Promise<void> {
  await statements.change(
    'update parked set replay_at = $3 where stream = $1 and key = $2 and attempts = 0 and replay_at is null ' +
      'and not exists (select 1 from parked b where b.stream = parked.stream and b.key = parked.key ' +
      'and b.position < parked.position and b.attempts > 0 and b.replay_at is null)',
    stream, key, at);
}
