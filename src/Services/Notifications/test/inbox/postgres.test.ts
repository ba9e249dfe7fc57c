import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { replayNext } from '../../src/inbox/replayParked.js';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import { mailHandlers } from '../../src/mails/queueMails.js';
import { actOnParked } from '../../src/operations/parkedActs.js';
import { groupByCause } from '../../src/operations/parkedCauses.js';
import { readFilter } from '../../src/operations/parkedFilter.js';
import { MailQueue } from '../../src/sending/mailQueue.js';
import { Preferences } from '../../src/sending/preferences.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import { PostgresDatabase, readConnection } from '../../src/store/postgres.js';
import { expectNothingKept } from '../sending/nothingKept.js';
import { binary, buyer, frame, order, someId } from '../some/events.js';

// An empty database, given by who runs these tests with a server at hand.
const connection = process.env['TESSERA_TEST_DATABASE'];
const now = () => new Date('2026-11-27T12:00:00Z');
const handlers = mailHandlers(now);

async function open(): Promise<PostgresDatabase> {
  const database = await PostgresDatabase.open(connection ?? '');
  onTestFinished(() => database.close());
  return database;
}

const confirmed = (key: string, id = someId()) => binary({ id, key, data: { order: key, buyer } });

test('a connection is written as the other services write it', () => {
  expect(readConnection('Host=db;Port=5433;Database=n;Username=u;Password=p=w;SSL Mode=VerifyFull')).toEqual({
    host: 'db', port: 5433, database: 'n', user: 'u', password: 'p=w', ssl: { rejectUnauthorized: true },
  });
});

describe.skipIf(connection === undefined)('on PostgreSQL', () => {
  beforeAll(async () => {
    const [first, second] = await Promise.all([1, 2].map(() => PostgresDatabase.open(connection ?? '')));
    await Promise.all([first?.close(), second?.close()]); // Two replicas make the tables at once.
  });

  test('two replicas that handle the same delivery handle it once', async () => {
    const [first, second] = [await open(), await open()];
    const messages = [frame(...Array.from({ length: 20 }, () => confirmed(someId())))];
    const taken = await Promise.all([first, second].map((each) => takeDelivery(each, handlers, messages, now)));
    expect(taken.map((each) => each.handled).sort()).toEqual([0, 20]);
  });

  test('poison is parked with what follows, which stays at its discard and goes at a replay', async () => {
    const database = await open();
    const key = someId();
    await takeDelivery(database, handlers, [binary({ key, data: { at: 'a\0b' } }), confirmed(key)], now);
    expect(await database.rows('select attempts from parked where key = $1 order by position', key))
      .toEqual([{ attempts: 1 }, { attempts: 0 }]);
    const act = {
      action: 'discard', filter: readFilter({ key, cause: 'The field order is missing*' }), act: someId(), expected: 1,
      dryRun: false, note: null, by: buyer,
    } as const;
    const replay = { ...act, action: 'replay', expected: undefined, dryRun: true, act: someId() } as const;
    expect(await actOnParked(database, replay, now())).toBe(2); // The key as a whole.
    expect((await groupByCause(database)).causes).toMatchObject([{ messages: 1, keys: 1, followers: 1 }]);
    expect(await actOnParked(database, act, now())).toBe(1);
    expect(await replayNext(database, handlers)).toBe(false);
    expect(await database.rows('select attempts from parked where key = $1', key)).toEqual([{ attempts: 0 }]);
    const rest = { ...replay, expected: 1, dryRun: false, filter: readFilter({ key }) } as const;
    expect(await actOnParked(database, rest, now())).toBe(1);
    while (await replayNext(database, handlers));
    expect(await database.rows('select 1 from parked where key = $1', key)).toEqual([]);
    expect(await database.rows('select kind from mails where key = $1', key)).toEqual([{ kind: 'order-confirmed' }]);
  });

  test('what cannot be read is kept to the byte', async () => {
    const database = await open();
    const body = Buffer.from([0, 1, 255, 254]);
    await takeDelivery(database, handlers, [{ ...frame(), body }], now);
    const [row] = await database.rows<{ body: Buffer }>("select body from parked where reason like 'Its body is no%'");
    expect(row?.body.equals(body)).toBe(true);
  });

  test('a mail is taken by one at a time, and the next of its key waits', async () => {
    const [first, second] = [await open(), await open()];
    await first.change('delete from mails');
    await takeDelivery(first, handlers, [confirmed(order), confirmed(order)], now);
    const taken = await Promise.all([first, second].map((each) => new MailQueue(each, now).take(5_000)));
    expect(taken.filter((mail) => mail !== null)).toHaveLength(1);
    expect(await new MailQueue(second, now).take(5_000)).toBeNull();
  });

  test('preferences, keys of links and the forgotten hold', async () => {
    const database = await open();
    const preferences = new Preferences(database);
    await preferences.put(buyer, { language: 'ja', unwanted: [] });
    await preferences.stop(buyer, 'order-shipped');
    expect(await preferences.of(buyer)).toEqual({ language: 'ja', unwanted: ['order-shipped'] });
    const links = await Promise.all([1, 2].map(() => StopLinks.load(database, 'http://x/')));
    expect(links[0]?.of(buyer, 'order-shipped')).toBe(links[1]?.of(buyer, 'order-shipped'));
    await takeDelivery(database, handlers, [binary({ type: 'users.user-erased.v1', data: { user: buyer } })], now);
    expect(await preferences.of(buyer)).toEqual({ language: undefined, unwanted: [] });
    expect((await new MailQueue(database, () => new Date()).forgotten()).length).toBeGreaterThan(0);
  });

  test.each(['a mail server', 'files'] as const)('a mail that %s took leaves no name and no address', async (by) => {
    const database = await open();
    await database.change('delete from mails');
    await expectNothingKept(database, by);
  });
});
