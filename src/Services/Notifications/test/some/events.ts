import type { Received } from '../../src/events/received.js';

export const buyer = '0190a5a0-0000-7000-8000-00000000000b';
export const order = '0190a5a0-0000-7000-8000-0000000000a1';

let number = 0;

export function someId(): string {
  return `0190a5a0-0000-7000-8000-${(++number).toString(16).padStart(12, '0')}`;
}

export interface Some {
  readonly type?: string;
  readonly id?: string;
  readonly source?: string;
  readonly key?: string;
  readonly data?: unknown;
  readonly body?: Buffer;
}

export function binary(some: Some = {}): Received {
  const type = some.type ?? 'orders.order-confirmed.v1';
  const stream = type.split('.')[0] ?? '';
  return {
    stream,
    partition: 0,
    attributes: new Map([
      ['specversion', '1.0'], ['id', some.id ?? someId()], ['source', some.source ?? `/tessera/${stream}`],
      ['type', type], ['time', '2026-11-27T10:00:00Z'], ['partitionkey', some.key ?? order],
    ]),
    contentType: 'application/json',
    brokerKey: undefined,
    body: some.body ?? Buffer.from(JSON.stringify(some.data ?? { order, buyer })),
  };
}

export function asObject(message: Received): Record<string, unknown> {
  return { ...Object.fromEntries(message.attributes), data: JSON.parse(message.body.toString()) as unknown };
}

export function structured(some: Some = {}): Received {
  const message = binary(some);
  return {
    ...message, attributes: new Map(), contentType: 'application/cloudevents+json; charset=utf-8',
    body: Buffer.from(JSON.stringify(asObject(message))),
  };
}

export function frame(...events: Received[]): Received {
  return {
    stream: events[0]?.stream ?? 'orders', partition: 0, attributes: new Map(), brokerKey: undefined,
    contentType: 'application/cloudevents-batch+json', body: Buffer.from(JSON.stringify(events.map(asObject))),
  };
}

export const placed = {
  order, buyer, currency: 'EUR', placedAt: '2026-11-27T10:00:00Z', deliveryMinor: 490, totalMinor: 2_490,
  lines: [{ sku: 'MUG-1', quantity: 2, unitPriceMinor: 1_000 }],
};
