import { readEvents } from '../events/readEvents.js';
import type { Database } from '../store/database.js';
import type { Handlers } from './handling.js';
import { receivedFrom, type ParkedRow } from './parked.js';
import { aloneWord, tryHandle } from './takeDelivery.js';

/**
 * Handles one message again that an operator wants replayed, and what waits behind it after it: the first of a key
 * alone may go. False when there is none.
 */
export async function replayNext(database: Database, handlers: Handlers): Promise<boolean> {
  const [next] = await database.rows<ParkedRow>(
    'select * from parked p where replay_at is not null and not exists (select 1 from parked b ' +
      'where b.stream = p.stream and b.key = p.key and b.position < p.position) order by position limit 1');
  if (next === undefined) return false;
  await database.transaction([aloneWord({ stream: next.stream, partition: Number(next.partition) })], async (work) => {
    const [row] = await work.rows<ParkedRow>(
      'select * from parked where position = $1 and replay_at is not null', next.position);
    if (row === undefined) return; // Another replica was first.
    const [arrived] = readEvents(receivedFrom(row));
    const reason = arrived === undefined ? 'It holds no event.' : await tryHandle(work, handlers, arrived);
    if (reason === null) {
      await work.change('delete from parked where position = $1', row.position);
      // The followers were kept for this one's sake: they go after it, each in its turn.
      await work.change(
        'update parked set replay_at = $3 where stream = $1 and key = $2 and replay_at is null and attempts = 0',
        row.stream, row.key, row.replay_at);
    } else {
      await work.change(
        'update parked set replay_at = null, attempts = attempts + 1, reason = $2 where position = $1',
        row.position, reason);
      await work.change(
        'update parked set replay_at = null where stream = $1 and key = $2', row.stream, row.key);
    }
  });
  return true;
}
