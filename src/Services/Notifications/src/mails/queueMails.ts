import { BadShape, Fields } from '../events/fields.js';
import type { ReadEvent } from '../events/received.js';
import type { Handle, Handlers } from '../inbox/handling.js';
import type { Statements } from '../store/database.js';
import { currentTraceparent } from '../seeing/spans.js';
import type { Content } from './mail.js';

/** What each event leads to: a mail that waits to be sent, or a person who is forgotten. */
export function mailHandlers(now: () => Date): Handlers {
  const tells = (who: string, read: (fields: Fields) => Content & { order: string }): Handle =>
    async (event, statements) => {
      const fields = Fields.parse(event.data);
      const [content, person] = [read(fields), fields.uuid(who)];
      await queueMail(statements, event, content, content.order, person, now());
    };
  const tellsOperators: Handle = async (event, statements) => {
    const fields = Fields.parse(event.data);
    const content = { kind: 'stock-low', sku: fields.text('sku'), onHand: fields.whole('onHand') } as const;
    await queueMail(statements, event, content, content.sku, null, now());
  };
  const forgets = (who: string): Handle => async (event, statements) =>
    forget(statements, Fields.parse(event.data).uuid(who), now());
  return new Map<string, Handle>([
    ['orders.order-placed.v1', tells('buyer', readPlaced)],
    ['orders.order-confirmed.v1', tells('buyer', readConfirmed)],
    ['orders.order-shipped.v1', tells('buyer', readShipped)],
    ['orders.order-cancelled.v1', tells('buyer', (fields) => readCancelled(fields, fields.text('reason')))],
    ['inventory.stock-low.v1', tellsOperators],
    ['users.user-erased.v1', forgets('user')],
    // The same as the world hears it, which is how it comes where there is no broker with a network.
    ['order.placed.v1', tells('customer', readPlaced)],
    ['order.confirmed.v1', tells('customer', readConfirmed)],
    ['order.shipped.v1', tells('customer', readShipped)],
    ['order.cancelled.v1', tells('customer', (fields) => readCancelled(fields, ownReason(fields.text('reason'))))],
    ['stock.low.v1', tellsOperators],
    ['customer.erased.v1', forgets('customer')],
  ]);
}

/** The public events that lead to something here. */
export const publicTypes = [
  'order.placed.v1', 'order.confirmed.v1', 'order.shipped.v1', 'order.cancelled.v1', 'stock.low.v1',
  'customer.erased.v1',
] as const;

/** The world hears of fewer reasons than the shop's own services, and in other words. */
const ownReasons: Readonly<Record<string, string>> = {
  customer: 'buyer', shop: 'operator', timeout: 'payment-timeout', 'customer-erased': 'user-erased',
};

function ownReason(reason: string): string {
  return ownReasons[reason] ?? reason;
}

function readConfirmed(fields: Fields): Content & { kind: 'order-confirmed' } {
  return { kind: 'order-confirmed', order: fields.uuid('order') };
}

function readShipped(fields: Fields): Content & { kind: 'order-shipped' } {
  return { kind: 'order-shipped', order: fields.uuid('order') };
}

function readPlaced(fields: Fields): Content & { kind: 'order-placed' } {
  const currency = fields.text('currency');
  if (!/^[A-Z]{3}$/.test(currency)) throw new BadShape(`The field currency is '${currency}'; expected three letters.`);
  return {
    kind: 'order-placed',
    order: fields.uuid('order'),
    currency,
    lines: fields.list('lines').map((line) => ({
      sku: line.text('sku'), quantity: line.whole('quantity'), unitPriceMinor: line.whole('unitPriceMinor'),
    })),
    deliveryMinor: fields.whole('deliveryMinor', 0),
    totalMinor: fields.whole('totalMinor'),
  };
}

function readCancelled(fields: Fields, reason: string): Content & { kind: 'order-cancelled' } {
  return { kind: 'order-cancelled', order: fields.uuid('order'), reason };
}

/** The mail carries the event's identity: its row, its file and its Message-ID are one for one event. */
async function queueMail(
  statements: Statements, event: ReadEvent, content: Content, key: string, user: string | null, now: Date,
): Promise<void> {
  if (user !== null) {
    const erased = await statements.rows('select 1 as found from erased where user_id = $1', user);
    if (erased.length > 0) return;
  }
  const at = now.toISOString();
  await statements.change(
    'insert into mails (id, kind, key, user_id, content, traceparent, happened_at, queued_at, state, due_at, tries) ' +
      "values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $8, 0) on conflict do nothing",
    event.identity, content.kind, key, user, JSON.stringify(content), currentTraceparent() ?? event.traceparent ?? null,
    event.time ?? at, at);
}

/** What is left of a person is that nobody is to be told; files that were written go as soon as this holds. */
async function forget(statements: Statements, user: string, now: Date): Promise<void> {
  await statements.change(
    'insert into erased (user_id, erased_at) values ($1, $2) on conflict do nothing', user, now.toISOString());
  // One that is being sent this moment goes when that is over, and its file with it.
  await statements.change(
    "update mails set state = 'forgotten', " +
      "due_at = case when state = 'waiting' and due_at > $2 then due_at else $2 end where user_id = $1",
    user, now.toISOString());
  await statements.change('delete from preferences where user_id = $1', user);
}
