import { decodeUtf8 } from './readEvents.js';
import type { Received } from './received.js';

/** The stream under which public events are kept. */
export const publicStream = 'webhooks';

const source = `/tessera/${publicStream}`;
const keyOf: Readonly<Record<string, string>> = {
  'order.placed.v1': 'order', 'order.confirmed.v1': 'order', 'order.cancelled.v1': 'order', 'order.shipped.v1': 'order',
  'stock.low.v1': 'sku', 'customer.erased.v1': 'customer',
};

/**
 * A public event, `{type, timestamp, data}`, as the message of a stream, so that it goes through the same inbox as
 * those of a broker. The id of the message is the event's: it is the same at each attempt.
 */
export function readPublicEvent(id: string, traceparent: string | undefined, body: Buffer): Received {
  const attributes = new Map([['id', uuidIn(id)], ['source', source]]);
  if (traceparent !== undefined) attributes.set('traceparent', traceparent);
  const message: Received = {
    stream: publicStream, partition: 0, attributes, contentType: 'application/json', brokerKey: undefined, body,
  };
  const event = parse(body);
  if (typeof event?.['type'] !== 'string') return message; // Has no type, and is parked for that.
  const { type, timestamp, data } = event as { type: string; timestamp?: unknown; data?: unknown };
  attributes.set('type', type);
  if (typeof timestamp === 'string') attributes.set('time', timestamp);
  const key = (data as Record<string, unknown> | undefined | null)?.[keyOf[type] ?? ''];
  if (typeof key === 'string') attributes.set('partitionkey', key);
  return { ...message, body: Buffer.from(JSON.stringify(data ?? null)) };
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(decodeUtf8(body) ?? '');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `msg_` and a UUID without its dashes; any other id is left as it is. */
function uuidIn(id: string): string {
  const hex = /^msg_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(id);
  return hex === null ? id : hex.slice(1).join('-');
}
