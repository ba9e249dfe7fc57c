import { join } from 'node:path';
import { pino } from 'pino';
import { expect } from 'vitest';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import { mailHandlers } from '../../src/mails/queueMails.js';
import { FileSender } from '../../src/sending/fileSender.js';
import { MailQueue } from '../../src/sending/mailQueue.js';
import { Preferences } from '../../src/sending/preferences.js';
import type { Sender } from '../../src/sending/sender.js';
import { SendMails } from '../../src/sending/sendMails.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import type { Database, Row } from '../../src/store/database.js';
import { Signal } from '../../src/waiting/signal.js';
import { binary, placed, someId } from '../some/events.js';
import { someFolder } from '../some/store.js';
import { server } from './smtpServer.js';

const person = { email: 'augusta.king@lovelace.example', name: 'Augusta King', language: 'de' };
const personal = /augusta|king|lovelace/i;

export const senders = {
  'a mail server': async () => {
    const { sender, taken } = await server();
    return { sender, sent: () => taken.length };
  },
  'files': async () => {
    const folder = join(someFolder(), 'outbox');
    const sender = new FileSender(folder);
    let many = 0;
    const counted: Sender = {
      send: (message) => sender.send(message).then(() => void many++), forget: (id) => sender.forget(id),
      close: () => sender.close(),
    };
    return { sender: counted, sent: () => many };
  },
} as const;

/** Of each kind one mail is sent to a person, the first of them after Users and the server were away. */
export async function expectNothingKept(database: Database, by: keyof typeof senders): Promise<void> {
  const { sender, sent } = await senders[by]();
  const [clock, buyer, order] = [{ at: Date.parse('2026-11-27T12:00:00Z') }, someId(), someId()];
  const now = () => new Date(clock.at);
  const links = await StopLinks.load(database, 'https://shop.example/');
  let failure: Error | undefined = new Error(`450 <${person.email}> is busy`);
  const mails = new SendMails({
    queue: new MailQueue(database, now), preferences: new Preferences(database), signal: new Signal(),
    contacts: { find: () => Promise.resolve(person) }, language: 'en', operators: [], store: 'https://shop.example/',
    sender: { ...sender, send: (message) => (failure === undefined ? sender.send(message) : Promise.reject(failure)) },
    mail: {
      from: 'Shop <shop@shop.example>', smtp: undefined, folder: '', giveUpAfterMilliseconds: 3_600_000,
      takenForMilliseconds: 5_000,
    },
    stopLink: (user, kind) => links.of(user, kind), log: pino({ level: 'silent' }), now,
  });
  const events = [
    ['orders.order-placed.v1', { ...placed, order, buyer }], ['orders.order-confirmed.v1', { order, buyer }],
    ['orders.order-shipped.v1', { order, buyer }], ['orders.order-cancelled.v1', { order, buyer, reason: 'operator' }],
  ] as const;
  await takeDelivery(
    database, mailHandlers(now), events.map(([type, data]) => binary({ type, data, key: order })), now);
  expect(await mails.trySendOne()).toBe(true);
  expect(await everythingIn(database)).not.toMatch(personal);
  failure = undefined;
  clock.at += 60_000;
  while (await mails.trySendOne());
  expect(sent()).toBe(events.length);
  expect(await database.rows('select state from mails where user_id = $1', buyer))
    .toEqual(events.map(() => ({ state: 'sent' })));
  const all = await everythingIn(database);
  expect(all).toContain(buyer); // It is looked where the rest of the mail stands.
  expect(all).not.toMatch(personal);
}

/** Every row of every table, as text. */
async function everythingIn(database: Database): Promise<string> {
  const tables = await database.rows<{ name: string }>(database.engine === 'sqlite'
    ? "select name from sqlite_master where type = 'table'"
    : "select table_name as name from information_schema.tables where table_schema = 'public'");
  expect(tables.map((table) => table.name)).toEqual(expect.arrayContaining(['mails', 'inbox', 'keys', 'preferences']));
  const rows: Row[] = [];
  for (const { name } of tables) rows.push(...await database.rows(`select * from ${name}`));
  return rows.flatMap((row) => Object.values(row))
    .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join('\n');
}
