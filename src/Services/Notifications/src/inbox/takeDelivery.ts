import { BadShape } from '../events/fields.js';
import { readEvents } from '../events/readEvents.js';
import type { Arrived, Received } from '../events/received.js';
import type { Database, Statements } from '../store/database.js';
import type { Handlers } from './handling.js';
import { whileProcessing } from '../seeing/spans.js';
import { followsAnother, isKeyParked, park, type ToPark } from './parked.js';

/** What became of the events of a delivery. */
export interface Taken {
  readonly handled: number;
  readonly copies: number;
  readonly parked: readonly ToPark[];
}

/**
 * Handles the messages of one partition in their order, all in one transaction: the note that an event was handled and
 * what it leads to hold together. Rejects when the database does not take it; then nothing holds, and the broker must
 * not be told.
 *
 * A process that lost its partition without knowing harms nothing: whoever handles a message has handled or found
 * handled all that came before it, since each goes through the messages in order from the first that is not settled.
 */
export async function takeDelivery(
  database: Database, handlers: Handlers, messages: readonly Received[], now: () => Date, system = 'webhook',
): Promise<Taken> {
  const arrived = messages
    .flatMap(readEvents)
    .filter((each) => !each.readable || handlers.has(each.event.type));
  const first = arrived[0];
  if (first === undefined) return { handled: 0, copies: 0, parked: [] };
  return database.transaction([aloneWord(first.from)], async (statements) => {
    let [handled, copies] = [0, 0];
    const parked: ToPark[] = [];
    const at = now().toISOString();
    for (const each of arrived) {
      if (!(await isNew(statements, identityOf(each), at))) {
        copies++;
        continue;
      }
      const handle = () => handleOrRefuse(statements, handlers, each);
      const toPark = each.readable
        ? await whileProcessing(system, each.from.stream, each.event, handle)
        : await handle();
      if (toPark === null) {
        handled++;
        continue;
      }
      if (await park(statements, toPark, at)) parked.push(toPark);
      else copies++;
    }
    return { handled, copies, parked };
  });
}

/** What a partition's messages and the replays of its keys share, so that they never run at a time. */
export function aloneWord(from: { readonly stream: string; readonly partition: number }): string {
  return `${from.stream}:${from.partition}`;
}

/** Handles an event whose key is free; else says how it is to be kept. */
async function handleOrRefuse(
  statements: Statements, handlers: Handlers, arrived: Arrived): Promise<ToPark | null> {
  const key = arrived.readable ? arrived.event.key : arrived.key;
  if (await isKeyParked(statements, arrived.from.stream, key)) return toPark(arrived, followsAnother, 0);
  const reason = await tryHandle(statements, handlers, arrived);
  return reason === null ? null : toPark(arrived, reason, 1);
}

/** Why it cannot be handled, or null when it was. */
export async function tryHandle(
  statements: Statements, handlers: Handlers, arrived: Arrived): Promise<string | null> {
  if (!arrived.readable) return arrived.reason;
  try {
    await handlers.get(arrived.event.type)?.(arrived.event, statements);
    return null;
  } catch (failure) {
    if (failure instanceof BadShape) return failure.message;
    throw failure;
  }
}

function toPark(arrived: Arrived, reason: string, attempts: number): ToPark {
  return arrived.readable
    ? {
        identity: arrived.event.identity,
        key: arrived.event.key,
        type: arrived.event.type,
        time: arrived.event.time,
        traceparent: arrived.event.traceparent,
        from: arrived.from,
        reason,
        attempts,
      }
    : {
        identity: arrived.identity,
        key: arrived.key,
        type: (arrived.from.attributes.get('type') ?? '').replaceAll('\0', ''),
        time: undefined,
        traceparent: undefined,
        from: arrived.from,
        reason,
        attempts,
      };
}

function identityOf(arrived: Arrived): string {
  return arrived.readable ? arrived.event.identity : arrived.identity;
}

/** A copy begins the time anew for which it is known: whoever sent one again keeps it from then on, and may once more.
 */
async function isNew(statements: Statements, identity: string, at: string): Promise<boolean> {
  const added = await statements.change(
    'insert into inbox (identity, taken_at) values ($1, $2) on conflict do nothing', identity, at);
  if (added === 0) await statements.change('update inbox set taken_at = $2 where identity = $1', identity, at);
  return added === 1;
}
