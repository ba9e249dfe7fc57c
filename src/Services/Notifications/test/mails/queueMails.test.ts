import { readFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import { mailHandlers, publicTypes } from '../../src/mails/queueMails.js';
import { languages, Words, type TextKey } from '../../src/mails/language.js';
import { binary, buyer, order, placed, someId } from '../some/events.js';
import { someDatabase } from '../some/store.js';

const now = () => new Date('2026-11-27T12:00:00Z');
const handlers = mailHandlers(now);
const mails = (database: ReturnType<typeof someDatabase>) =>
  database.rows('select id, kind, key, user_id, state from mails order by number');

// Where the store's contracts lie: given by who runs these tests outside of the repository.
const contracts = process.env['TESSERA_CONTRACTS'] ?? '../../../contracts';
interface Schema {
  readonly required?: string[];
  readonly properties?: Record<string, { type?: string; format?: string; 'x-extensible-enum'?: string[] }>;
}
// What comes by webhook has its data within the message that the world gets.
const isPublic = (type: string) => (publicTypes as readonly string[]).includes(type);
const schemaOf = (type: string): Schema => {
  const folder = isPublic(type) ? 'webhooks' : type.split('.')[0];
  const schema = JSON.parse(readFileSync(`${contracts}/${folder}/events/${type}.json`, 'utf8')) as Schema;
  return isPublic(type) ? (schema.properties?.['data'] as Schema) : schema;
};

const samples: Record<string, unknown> = {
  'orders.order-placed.v1': placed,
  'orders.order-confirmed.v1': { order, buyer },
  'orders.order-shipped.v1': { order, buyer },
  'orders.order-cancelled.v1': { order, buyer, reason: 'out-of-stock' },
  'inventory.stock-low.v1': { sku: 'MUG-1', onHand: 2 },
  'users.user-erased.v1': { user: buyer },
  'order.placed.v1': (({ buyer: customer, ...rest }) => ({ ...rest, customer }))(placed),
  'order.confirmed.v1': { order, customer: buyer },
  'order.shipped.v1': { order, customer: buyer },
  'order.cancelled.v1': { order, customer: buyer, reason: 'out-of-stock' },
  'stock.low.v1': { sku: 'MUG-1', onHand: 2 },
  'customer.erased.v1': { customer: buyer },
};

describe('an event', () => {
  test('leads to one mail under its own identity', async () => {
    const database = someDatabase();
    const id = someId();
    await takeDelivery(database, handlers, [binary({ id, type: 'orders.order-placed.v1', data: placed })], now);
    expect(await mails(database)).toEqual([
      { id, kind: 'order-placed', key: order, user_id: buyer, state: 'waiting' },
    ]);
  });
  test.each(Object.keys(samples).filter((type) => !type.includes('erased')))(
    '%s that lacks a field is poison and leads to none', async (type) => {
      const database = someDatabase();
      const needed = Object.keys(samples[type] as object).filter(
        (name) => !['deliveryMinor', 'placedAt'].includes(name));
      for (const field of needed) {
        const data = { ...(samples[type] as Record<string, unknown>), [field]: undefined };
        const taken = await takeDelivery(database, handlers, [binary({ type, data, key: field })], now);
        expect(taken.parked.map((each) => each.reason), field).toEqual([expect.stringContaining(field)]);
      }
      expect(await mails(database)).toEqual([]);
    });
  test('of a number beyond what is exact is poison', async () => {
    const body = Buffer.from(JSON.stringify(placed).replace('2490', '9007199254740993'));
    const taken = await takeDelivery(
      someDatabase(), handlers, [binary({ type: 'orders.order-placed.v1', body })], now);
    expect(taken.parked).toHaveLength(1);
  });
});

describe('a person who is erased', () => {
  test('is told nothing any more, of what waits and of what comes later', async () => {
    const database = someDatabase();
    const confirmed = () => binary({ type: 'orders.order-confirmed.v1', data: { order, buyer } });
    await takeDelivery(database, handlers, [confirmed()], now);
    await takeDelivery(database, handlers, [binary({ type: 'users.user-erased.v1', data: { user: buyer } })], now);
    await takeDelivery(database, handlers, [confirmed()], now);
    expect((await mails(database)).map((mail) => mail['state'])).toEqual(['forgotten']);
  });
});

describe.skipIf(!existsSync(contracts))("the store's contracts", () => {
  test.each([...handlers.keys()])('promise all that is read of %s', (type) => {
    const schema = schemaOf(type);
    for (const field of Object.keys(samples[type] as object)) {
      expect(Object.keys(schema.properties ?? {}), field).toContain(field);
      if (field !== 'deliveryMinor') expect(schema.required, field).toContain(field);
    }
  });
  test('have a statement of all that is read, by which publishers are held to it', () => {
    type Use = string | { optional?: boolean };
    const statements = JSON.parse(readFileSync(`${contracts}/notifications/reads.json`, 'utf8')) as
      Record<string, { uses: Record<string, Use> }>;
    expect(Object.keys(statements).sort()).toEqual([...handlers.keys()].sort());
    for (const [type, { uses }] of Object.entries(statements)) {
      const named = Object.keys(uses).map((path) => (isPublic(type) ? path.replace('data.', '') : path));
      const tops = new Set(named.map((path) => path.split('[]')[0]));
      const read = Object.keys(samples[type] as object).filter((name) => name !== 'placedAt');
      expect([...tops].sort(), type).toEqual(read.sort());
    }
  });
  test('name no reason that is not told in words', () => {
    const reasons = schemaOf('orders.order-cancelled.v1').properties?.['reason']?.['x-extensible-enum'] ?? [];
    expect(reasons.length).toBeGreaterThan(5);
    for (const language of languages) {
      for (const reason of reasons) expect(new Words(language).text(`reason.${reason}` as TextKey)).toBeTruthy();
    }
  });
});
