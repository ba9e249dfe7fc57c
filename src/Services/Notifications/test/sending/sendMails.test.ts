import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import { forgetEnded } from '../../src/mails/forgetEnded.js';
import { mailHandlers } from '../../src/mails/queueMails.js';
import type { Contact, Contacts } from '../../src/sending/contacts.js';
import { FileSender } from '../../src/sending/fileSender.js';
import { MailQueue } from '../../src/sending/mailQueue.js';
import { Preferences } from '../../src/sending/preferences.js';
import { openLog } from '../../src/seeing/openLog.js';
import { startTracing } from '../../src/seeing/startTracing.js';
import { Refused, type Sender } from '../../src/sending/sender.js';
import { SendMails, type Sending } from '../../src/sending/sendMails.js';
import { Signal } from '../../src/waiting/signal.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import { binary, buyer, order, placed, someId } from '../some/events.js';
import { someDatabase, someFolder } from '../some/store.js';
import { expectNothingKept } from './nothingKept.js';

const ada: Contact = { email: 'ada@example.org', name: 'Ada', language: null };

/** A service that sends when the test says so, at the time that the test says. */
async function sending(change: Partial<Sending> & { contact?: () => Promise<Contact | null> } = {}) {
  const [database, folder] = [someDatabase(), join(someFolder(), 'outbox')];
  const clock = { at: Date.parse('2026-11-27T12:00:00Z') };
  const now = () => new Date(clock.at);
  const preferences = new Preferences(database);
  const links = await StopLinks.load(database, 'https://shop.example/');
  const contacts: Contacts = { find: change.contact ?? (() => Promise.resolve(ada)) };
  const mails = new SendMails({
    queue: new MailQueue(database, now), sender: new FileSender(folder), contacts, preferences, signal: new Signal(),
    mail: {
      from: 'Shop <shop@shop.example>', smtp: undefined, folder, giveUpAfterMilliseconds: 3_600_000,
      takenForMilliseconds: 5_000,
    },
    language: 'en', operators: ['ops@shop.example'], store: 'https://shop.example/',
    stopLink: (user, kind) => links.of(user, kind), log: pino({ level: 'silent' }), now, ...change,
  });
  const take = (type: string, data: unknown, id = someId()) =>
    takeDelivery(database, mailHandlers(now), [binary({ type, data, id })], now);
  return {
    database, folder, clock, preferences, links, mails, take,
    files: () => readdirSync(folder).sort(),
    parse: (id: string) => simpleParser(readFileSync(join(folder, `${id}.eml`))),
    states: async () => (await database.rows('select state from mails order by number')).map((row) => row['state']),
  };
}

describe('a mail', () => {
  test('is a file named after its event, to the person, from the shop, at the time of the event', async () => {
    const { mails, take, files, parse, folder, states } = await sending();
    const id = someId();
    await take('orders.order-placed.v1', placed, id);
    expect(await mails.trySendOne()).toBe(true);
    expect(await mails.trySendOne()).toBe(false);
    expect([files(), await states()]).toEqual([[`${id}.eml`], ['sent']]);
    expect(statSync(join(folder, `${id}.eml`)).mode & 0o777).toBe(0o600);
    const mail = await parse(id);
    expect(mail).toMatchObject({ messageId: `<${id}@shop.example>`, date: new Date('2026-11-27T10:00:00Z') });
    expect(mail.from?.text).toBe('"Shop" <shop@shop.example>');
    expect(mail.subject).toBe(`We have your order ${order.slice(0, 8)}`);
    expect(mail.text).toContain('Hello Ada,');
    expect(mail.html).toContain('<p>Hello Ada,</p>');
  });

  test('that is sent again is the same to the byte', async () => {
    const { database, mails, take, folder } = await sending();
    const id = someId();
    await take('orders.order-placed.v1', placed, id);
    await mails.trySendOne();
    const first = readFileSync(join(folder, `${id}.eml`), 'utf8');
    await database.change("update mails set state = 'waiting', due_at = queued_at");
    rmSync(join(folder, `${id}.eml`));
    await mails.trySendOne();
    expect(readFileSync(join(folder, `${id}.eml`), 'utf8')).toBe(first);
  });

  test('of low stock goes to the operators', async () => {
    const { mails, take, parse } = await sending();
    const id = someId();
    await take('inventory.stock-low.v1', { sku: 'MUG-1', onHand: 2 }, id);
    await mails.trySendOne();
    expect([(await parse(id)).to].flat().map((to) => to?.text)).toEqual(['ops@shop.example']);
  });

  test('waits while Users is away, with the later ones of its order behind it', async () => {
    let isAway = true;
    const told: string[] = [];
    const { mails, take, clock, states } = await sending({
      contact: () => (isAway ? Promise.reject(new Error('Users answered with 503.')) : Promise.resolve(ada)),
      onEnd: (kind, ending) => told.push(`${kind} ${ending}`),
    });
    await take('orders.order-placed.v1', placed);
    await take('orders.order-confirmed.v1', { order, buyer });
    await mails.trySendOne();
    expect(await mails.trySendOne()).toBe(false);
    isAway = false;
    clock.at += 60_000;
    while (await mails.trySendOne());
    expect(await states()).toEqual(['sent', 'sent']);
    expect(told).toEqual(['order-placed retry', 'order-placed sent', 'order-confirmed sent']);
  });

  test('that a dead process had taken is sent by the next one once that is sure', async () => {
    const { database, mails, take, clock } = await sending();
    await take('orders.order-confirmed.v1', { order, buyer });
    expect(await new MailQueue(database, () => new Date(clock.at)).take(5_000)).not.toBeNull();
    expect(await mails.trySendOne()).toBe(false);
    clock.at += 5_001;
    expect(await mails.trySendOne()).toBe(true);
  });

  test('is not freed by a late sender while another has it', async () => {
    const { database, take, clock } = await sending();
    const now = () => new Date(clock.at);
    const [late, next] = [new MailQueue(database, now), new MailQueue(database, now)];
    await take('orders.order-placed.v1', placed);
    const first = await late.take(5_000);
    clock.at += 6_000;
    expect((await next.take(5_000))?.tries).toBe(2);
    await late.retry(first as NonNullable<typeof first>, 0, 'It took too long.');
    expect(await next.take(5_000)).toBeNull();
  });

  test('does not wait for a clock that was set back', async () => {
    let isAway = true;
    const { mails, take, clock, states } = await sending({
      contact: () => (isAway ? Promise.reject(new Error('Users is away')) : Promise.resolve(ada)),
    });
    await take('orders.order-placed.v1', placed);
    expect(await mails.trySendOne()).toBe(true); // It is put off.
    await take('orders.order-placed.v1', { ...(placed as object), order: someId() });
    isAway = false;
    clock.at -= 60 * 60_000;
    for (let mail = 0; mail < 2; mail++) expect(await mails.trySendOne()).toBe(true);
    expect(await states()).toEqual(['sent', 'sent']);
  });

  test('that cannot be sent for too long is given up, and so is no other', async () => {
    const { mails, take, clock, states } = await sending({ contact: () => Promise.reject(new Error('It is away.')) });
    await take('orders.order-confirmed.v1', { order, buyer });
    clock.at += 3_600_001;
    await take('orders.order-shipped.v1', { order, buyer });
    await mails.trySendOne();
    expect(await states()).toEqual(['given up', 'waiting']);
  });

  test('that its recipient refuses ends, and no address is kept of it', async () => {
    const sender: Sender = {
      send: () => Promise.reject(new Refused('550 <ada@example.org> is unknown')),
      forget: () => Promise.resolve(), close: () => undefined,
    };
    const { database, mails, take } = await sending({ sender });
    await take('orders.order-confirmed.v1', { order, buyer });
    await mails.trySendOne();
    expect(await database.rows('select state, reason from mails')).toEqual([
      { state: 'refused', reason: '550 <…> is unknown' },
    ]);
  });
});

test('A stop lets the mail that is being sent end, and begins no other', async () => {
  let begin: () => void = () => undefined;
  let finish: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const sender: Sender = {
    send: () => (begin(), finished), forget: () => Promise.resolve(), close: () => undefined,
  };
  const { mails, take, states } = await sending({ sender });
  await take('orders.order-placed.v1', placed);
  await take('orders.order-confirmed.v1', { order, buyer });
  mails.start();
  await begun;
  const stopped = mails.stop().then(() => 'stopped');
  expect(await Promise.race([stopped, states()])).toEqual(['waiting', 'waiting']);
  finish();
  expect([await stopped, await states()]).toEqual(['stopped', ['sent', 'waiting']]);
});

test('What is said of a mail is in its trace, whether it was sent or not', async () => {
  const stop = startTracing({});
  onTestFinished(stop);
  const lines: string[] = [];
  let isAway = true;
  const { database, mails, take, clock } = await sending({
    log: openLog('info', 'json', undefined, { write: (line: string) => void lines.push(line) }),
    contact: () => (isAway ? Promise.reject(new Error('It is away.')) : Promise.resolve(ada)),
  });
  await take('orders.order-confirmed.v1', { order, buyer });
  await mails.trySendOne();
  isAway = false;
  clock.at += 60_000;
  await mails.trySendOne();
  const [mail] = await database.rows<{ traceparent: string }>('select traceparent from mails');
  expect(lines.map((line) => JSON.parse(line) as Record<string, unknown>)).toMatchObject(
    ['A mail was not sent and is tried again', 'A mail has ended'].map((message) =>
      ({ message, trace: mail?.traceparent.split('-')[1] })));
});

test.each(['a mail server', 'files'] as const)('A mail that %s took leaves no name and no address', (by) =>
  expectNothingKept(someDatabase(), by));

describe('a person', () => {
  test('who is gone is told nothing', async () => {
    const { mails, take, states } = await sending({ contact: () => Promise.resolve(null) });
    await take('orders.order-confirmed.v1', { order, buyer });
    await mails.trySendOne();
    expect(await states()).toEqual(['nobody']);
  });

  test('that was written long ago goes with its file, and a later one stays', async () => {
    const { database, mails, take, files, clock } = await sending();
    const [customers, operators, later] = [someId(), someId(), someId()];
    await take('orders.order-placed.v1', placed, customers);
    await take('inventory.stock-low.v1', { sku: 'MUG-1', onHand: 2 }, operators);
    while (await mails.trySendOne());
    clock.at += 60_000;
    await take('orders.order-placed.v1', { ...placed, order: someId() }, later);
    while (await mails.trySendOne());
    expect(files()).toEqual([customers, operators, later].map((id) => `${id}.eml`).sort());
    expect(await forgetEnded(database, 59_999, true, new Date(clock.at))).toBe(2);
    mails.start();
    onTestFinished(() => mails.stop());
    await expect.poll(() => database.rows('select id from mails'), { timeout: 20_000 }).toEqual([{ id: later }]);
    expect(files()).toEqual([`${later}.eml`]);
  });

  test('who is erased is forgotten with the files that were written', async () => {
    const { mails, take, files, states, folder } = await sending();
    await take('orders.order-confirmed.v1', { order, buyer });
    await mails.trySendOne();
    expect(files()).toHaveLength(1);
    await take('users.user-erased.v1', { user: buyer });
    mails.start();
    await expect.poll(states).toEqual([]);
    await mails.stop();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('chooses language and kinds, but is always told that an order was taken or ended', async () => {
    const { mails, take, states, parse, preferences } = await sending();
    await preferences.put(buyer, { language: 'de', unwanted: ['order-confirmed'] });
    const id = someId();
    await take('orders.order-confirmed.v1', { order, buyer });
    await take('orders.order-cancelled.v1', { order, buyer, reason: 'operator' }, id);
    while (await mails.trySendOne());
    expect(await states()).toEqual(['unwanted', 'sent']);
    const mail = await parse(id);
    expect(mail.subject).toContain('storniert');
    expect(mail.headers.has('list')).toBe(false);
  });

  test('who chose no language here is told in that of their account, or else in that of the shop', async () => {
    let language: string | null = 'de-AT';
    const { mails, take, parse, preferences } = await sending({ contact: () => Promise.resolve({ ...ada, language }) });
    const told = async () => {
      const id = someId();
      await take('orders.order-confirmed.v1', { order, buyer }, id);
      await mails.trySendOne();
      return (await parse(id)).text;
    };
    expect(await told()).toContain('Guten Tag Ada,');
    for (const none of [null, 'xx']) {
      language = none;
      expect(await told()).toContain('Hello Ada,');
    }
    language = 'de';
    await preferences.put(buyer, { language: 'fr', unwanted: [] });
    expect(await told()).toContain('Bonjour Ada,');
  });

  test('stops a kind with the link of its mail, and nobody else does', async () => {
    const { mails, take, parse, links, preferences } = await sending();
    const id = someId();
    await take('orders.order-shipped.v1', { order, buyer }, id);
    await mails.trySendOne();
    const mail = await parse(id);
    const list = mail.headers.get('list') as unknown as Record<string, { url?: string; name?: string }>;
    expect(list['unsubscribe-post']?.name).toBe('List-Unsubscribe=One-Click');
    const link = new URL(list['unsubscribe']?.url ?? '');
    const query = Object.fromEntries(link.searchParams);
    expect(links.read(query)).toEqual({ user: buyer, kind: 'order-shipped' });
    expect(links.read({ ...query, user: someId() })).toBeNull();
    await preferences.stop(buyer, 'order-shipped');
    expect((await preferences.of(buyer)).unwanted).toEqual(['order-shipped']);
  });
});
