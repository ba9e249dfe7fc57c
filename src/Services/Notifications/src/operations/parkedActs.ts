import type { ParkedRow } from '../inbox/parked.js';
import type { Database } from '../store/database.js';
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

/**
 * Replays or discards what the filter means, in one transaction with the record of it; how many messages it was. What
 * waited behind a discarded message stays: whether it may go on without it the operator says, by a replay.
 */
export async function actOnParked(database: Database, act: Act, now: Date): Promise<number> {
  const alone = await database.rows<{ stream: string; partition: number }>(
    'select distinct stream, partition from parked');
  return database.transaction(alone.map((each) => `${each.stream}:${each.partition}`), async (statements) => {
    const [before] = await statements.rows<{ messages: number }>(
      'select messages from parked_acts where act = $1', act.act);
    if (before !== undefined) return Number(before.messages);
    const matching = `select * from parked where ${act.filter.sql}`;
    // What waits under a key is handled in order, so that nothing of it is replayed without the rest.
    const asked = act.action === 'discard' ? matching : 'select p.* from parked p where exists ' +
      `(select 1 from (${matching}) m where m.stream = p.stream and m.key = p.key)`;
    const meant = await statements.rows<Meant>(
      `select position, identity, stream, partition, key, type, reason from (${asked}) asked order by position`,
      ...act.filter.values);
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
    const keys = new Set(meant.map((each) => `${each.stream}\n${each.key}`));
    await statements.change(
      'insert into parked_acts (act, at, action, stream, key, type, event_id, reason, keys, messages, done_by, note) ' +
        'values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
      act.act, at, act.action, first.stream, first.key, first.type, first.identity, first.reason,
      keys.size, meant.length, act.by, act.note);
    return meant.length;
  });
}
