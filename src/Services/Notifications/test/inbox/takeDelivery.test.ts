import { describe, expect, test } from 'vitest';
import { BadShape, Fields } from '../../src/events/fields.js';
import type { Handle, Handlers } from '../../src/inbox/handling.js';
import { keepInboxShort } from '../../src/inbox/keepInboxShort.js';
import { replayNext } from '../../src/inbox/replayParked.js';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import type { SqliteDatabase } from '../../src/store/sqlite.js';
import { binary, frame, someId } from '../some/events.js';
import { someDatabase } from '../some/store.js';

const type = 'orders.order-confirmed.v1';
const now = () => new Date('2026-11-27T12:00:00Z');

/** Notes what it handles in the database, as a mail would be; refuses what is not a number. */
async function noting(database: SqliteDatabase): Promise<{ handlers: Handlers; seen: () => Promise<unknown[]> }> {
  await database.change('create table seen (at integer primary key, number integer)');
  const handle: Handle = async (event, statements) => {
    await statements.change('insert into seen (number) values ($1)', Fields.parse(event.data).whole('number'));
  };
  return {
    handlers: new Map([[type, handle]]),
    seen: async () => (await database.rows('select number from seen order by at')).map((row) => row['number']),
  };
}

const numbered = (number: unknown, key = 'k') => binary({ key, data: { number } });
const parked = (database: SqliteDatabase) =>
  database.rows('select key, reason, attempts from parked order by position');

describe('a delivery', () => {
  test('is handled in its order, and its copy not again', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    const messages = [numbered(1), frame(numbered(2), numbered(3)), numbered(4)];
    expect(await takeDelivery(database, handlers, messages, now)).toMatchObject({ handled: 4, copies: 0 });
    expect(await takeDelivery(database, handlers, messages, now)).toMatchObject({ handled: 0, copies: 4 });
    expect(await seen()).toEqual([1, 2, 3, 4]);
  });

  test('holds whole or not at all', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    const failing: Handlers = new Map([[type, async (event, statements) => {
      await handlers.get(type)?.(event, statements);
      if (event.data.toString().includes('2')) throw new Error('The disk is full.');
    }]]);
    const messages = [numbered(1), numbered(2)];
    await expect(takeDelivery(database, failing, messages, now)).rejects.toThrow('The disk is full.');
    expect(await seen()).toEqual([]);
    await takeDelivery(database, handlers, messages, now);
    expect(await seen()).toEqual([1, 2]);
  });

  test('parks poison with the later events of its key behind it, and no other key', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    await takeDelivery(database, handlers, [numbered('x'), numbered(1), numbered(2, 'other'), numbered(3)], now);
    expect(await seen()).toEqual([2]);
    expect(await parked(database)).toEqual([
      { key: 'k', reason: 'The field number is something else; expected a whole number.', attempts: 1 },
      { key: 'k', reason: 'Waits behind an earlier message of its key.', attempts: 0 },
      { key: 'k', reason: 'Waits behind an earlier message of its key.', attempts: 0 },
    ]);
  });

  test('parks what cannot be read once, however often it comes', async () => {
    const database = someDatabase();
    const { handlers } = await noting(database);
    const broken = { ...frame(), body: Buffer.from('no json') };
    await takeDelivery(database, handlers, [broken, broken], now);
    await takeDelivery(database, handlers, [broken], now);
    expect(await parked(database)).toHaveLength(1);
  });

  test('that is parked is known for as long as it is, however long ago it came', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    const [poison, fine] = [numbered('x'), numbered(1, 'other')];
    await takeDelivery(database, handlers, [poison, fine], now);
    expect(await keepInboxShort(database, 60_000, new Date(now().getTime() + 60_001))).toBe(1);
    expect(await takeDelivery(database, handlers, [poison], now)).toMatchObject({ copies: 1, parked: [] });
    // As an inbox that forgot it all the same.
    await database.change('delete from inbox');
    expect(await takeDelivery(database, handlers, [poison, numbered(2, 'other')], now))
      .toMatchObject({ handled: 1, copies: 1, parked: [] });
    expect([await seen(), await parked(database)]).toMatchObject([[1, 2], [{ attempts: 1 }]]);
  });

  test('is known from its last copy on', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    const [kept, message] = [60_000, numbered(1)];
    for (const seconds of [0, 50, 100]) {
      const at = new Date(now().getTime() + seconds * 1_000);
      await keepInboxShort(database, kept, at);
      await takeDelivery(database, handlers, [message], () => at);
    }
    expect(await seen()).toEqual([1]);
  });

  test('passes over types that nobody here handles', async () => {
    const database = someDatabase();
    const { handlers } = await noting(database);
    const other = binary({ type: 'orders.unheard-of.v1', body: Buffer.from('no json') });
    expect(await takeDelivery(database, handlers, [other], now)).toMatchObject({ handled: 0, parked: [] });
  });

  test('of the same id from two sources is two events', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    const id = someId();
    await takeDelivery(database, handlers, ['/a', '/b'].map((source, index) =>
      binary({ id, source, data: { number: index } })), now);
    expect(await seen()).toEqual([0, 1]);
  });
});

describe('a replay', () => {
  const replayAll = async (database: SqliteDatabase, handlers: Handlers, position: number) => {
    await database.change('update parked set replay_at = $2 where position = $1', position, now().toISOString());
    while (await replayNext(database, handlers));
  };

  test('handles the message, and what waits behind it after it', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    let isFixed = false;
    const fixable: Handlers = new Map([[type, async (event, statements) => {
      if (!isFixed) throw new BadShape('It is not understood yet.');
      await handlers.get(type)?.(event, statements);
    }]]);
    await takeDelivery(database, fixable, [numbered(1), numbered(2), numbered(3)], now);
    isFixed = true;
    await replayAll(database, fixable, 1);
    expect([await seen(), await parked(database)]).toEqual([[1, 2, 3], []]);
  });

  test('that fails again keeps the key as it was', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    await takeDelivery(database, handlers, [numbered('x'), numbered(2)], now);
    await replayAll(database, handlers, 1);
    expect(await seen()).toEqual([]);
    expect((await parked(database)).map((row) => row['attempts'])).toEqual([2, 0]);
  });

  test('of a follower waits for what is before it', async () => {
    const database = someDatabase();
    const { handlers, seen } = await noting(database);
    await takeDelivery(database, handlers, [numbered('x'), numbered(2)], now);
    await replayAll(database, handlers, 2);
    expect(await seen()).toEqual([]);
  });
});
