import { describe, expect, test } from 'vitest';
import { identityOf, uuidOfName } from '../../src/events/identity.js';
import { readEvents } from '../../src/events/readEvents.js';
import type { Arrived, Received } from '../../src/events/received.js';
import { binary, frame, order, someId, structured } from '../some/events.js';

const readable = (arrived: Arrived | undefined) => {
  if (arrived?.readable !== true) throw new Error(`It is not readable: ${arrived?.reason}`);
  return arrived.event;
};
const reason = (message: Received) => readEvents(message).map((each) => (each.readable ? null : each.reason));

describe('identity', () => {
  test('is the version 5 UUID of RFC 9562 in the namespace of URLs', () => {
    expect(uuidOfName('www.example.com')).toBe('b63cdfa4-3df9-568e-97ae-006c5b8fd652');
  });
  test("is the id itself for the stream's owner alone", () => {
    const id = someId();
    expect(identityOf('orders', '/tessera/orders', id)).toBe(id);
    expect(identityOf('orders', '/tessera/users', id)).toBe(uuidOfName(`/tessera/users\n${id}`));
    expect(identityOf('orders', '/tessera/orders', 'not-a-uuid')).toBe(uuidOfName('/tessera/orders\nnot-a-uuid'));
  });
  test('differs with the source of equal ids', () => {
    expect(identityOf('orders', '/a', '1')).not.toBe(identityOf('orders', '/b', '1'));
  });
});

describe('the three modes', () => {
  test('say the same of one event', () => {
    const id = someId();
    const events = [binary({ id }), structured({ id }), frame(binary({ id }))].map((message) =>
      readable(readEvents(message)[0]));
    for (const event of events) expect(event).toEqual(events[0]);
    expect(events[0]).toMatchObject({
      identity: id, type: 'orders.order-confirmed.v1', key: order, time: '2026-11-27T10:00:00.000Z',
    });
  });
  test('a frame keeps its order', () => {
    const ids = [someId(), someId(), someId()];
    expect(readEvents(frame(...ids.map((id) => binary({ id })))).map((each) => readable(each).id)).toEqual(ids);
  });
  test('one broken event of a frame leaves the others', () => {
    const good = binary();
    const message = { ...frame(good), body: Buffer.from(`[{"id":"1"},${JSON.stringify(
      { ...Object.fromEntries(good.attributes), data: {} })}]`) };
    expect(readEvents(message).map((each) => each.readable)).toEqual([false, true]);
  });
  test('data in base 64 is data', () => {
    const body = { id: '1', source: '/x', type: 'orders.y.v1', data_base64: Buffer.from('{"a":1}').toString('base64') };
    const message = { ...structured(), body: Buffer.from(JSON.stringify(body)) };
    expect(readable(readEvents(message)[0]).data.toString()).toBe('{"a":1}');
  });
});

describe('the key', () => {
  const without = (attributes: Record<string, string>, brokerKey?: string): Received => {
    const message = binary();
    const map = new Map([...message.attributes, ...Object.entries(attributes)]);
    map.delete('partitionkey');
    return { ...message, attributes: map, brokerKey };
  };
  test("is the attribute, else the message's own, else the subject, else the id", () => {
    expect(readable(readEvents({ ...binary({ key: 'k' }), brokerKey: 'b' })[0]).key).toBe('k');
    expect(readable(readEvents(without({ subject: 's' }, 'b'))[0]).key).toBe('b');
    expect(readable(readEvents(without({ subject: 's' }))[0]).key).toBe('s');
    expect(readable(readEvents(without({ id: 'i' }))[0]).key).toBe('i');
  });
  test('has 1 to 1,024 bytes', () => {
    expect(readable(readEvents(binary({ key: 'ü'.repeat(512) }))[0]).key).toHaveLength(512);
    expect(reason(binary({ key: 'ü'.repeat(513) }))).toEqual(['Its key has 1026 bytes; expected 1 to 1024.']);
  });
});

describe('what cannot be read', () => {
  test.each(['id', 'source', 'type'])('lacks %s', (name) => {
    const message = binary();
    const attributes = new Map(message.attributes);
    attributes.delete(name);
    expect(reason({ ...message, attributes })).toEqual([`It has no attribute '${name}'.`]);
  });
  test('is told what is wrong with it', () => {
    expect(reason({ ...structured(), body: Buffer.from('{') })).toEqual(['Its body is no JSON.']);
    expect(reason({ ...frame(), body: Buffer.from('{}') })).toEqual(['Its body is no JSON array of events.']);
    expect(reason({ ...structured(), body: Buffer.from([0xff, 0xfe]) })).toEqual(['Its body is no JSON.']);
    expect(reason({ ...binary(), contentType: 'text/xml' })).toEqual(['Its data is text/xml; expected JSON.']);
    expect(reason(binary({ id: 'a\0b' }))).toEqual(["Its attribute 'id' has a NUL."]);
  });
  test('keeps its key, and has one identity however often it comes', () => {
    const message = { ...binary({ key: 'k', id: 'fixed' }), contentType: 'text/xml' };
    const [first, second] = [readEvents(message)[0], readEvents(message)[0]];
    expect(first).toMatchObject({ readable: false, key: 'k' });
    expect(first).toEqual(second);
  });
});
