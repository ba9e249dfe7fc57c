import { createHash } from 'node:crypto';
import { identityOf, uuidOfName } from './identity.js';
import type { Arrived, Received } from './received.js';

const structuredType = 'application/cloudevents+json';
const frameType = 'application/cloudevents-batch+json';
const keySizeBytesMax = 1024;

/** The events of a message in their order, in whichever of the three modes they came. Never throws. */
export function readEvents(received: Received): Arrived[] {
  switch (mediaTypeOf(received.contentType)) {
    case structuredType:
      return [readStructured(received)];
    case frameType:
      return readFrame(received);
    default:
      return [readBinary(received)];
  }
}

export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType?.split(';')[0] ?? '').trim().toLowerCase();
}

/** The text of bytes in UTF-8, or null when they are none. */
export function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function readBinary(received: Received): Arrived {
  const dataType = received.contentType ?? received.attributes.get('datacontenttype');
  if (dataType !== undefined && !isJson(mediaTypeOf(dataType))) {
    return unreadable(received, `Its data is ${mediaTypeOf(dataType)}; expected JSON.`);
  }
  return readAttributes(received, received.attributes, received.body);
}

function readStructured(received: Received): Arrived {
  const parsed = parse(received.body);
  if (parsed === undefined) return unreadable(received, 'Its body is no JSON.');
  return readObject(received, parsed);
}

function readFrame(received: Received): Arrived[] {
  const parsed = parse(received.body);
  if (!Array.isArray(parsed)) return [unreadable(received, 'Its body is no JSON array of events.')];
  return parsed.map((each: unknown) =>
    // Each goes on as a message of its own: it may be parked, and then the others are not.
    readObject(
      { ...received, contentType: structuredType, brokerKey: undefined, body: Buffer.from(JSON.stringify(each)) },
      each,
    ),
  );
}

function readObject(received: Received, parsed: unknown): Arrived {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return unreadable(received, 'It is no JSON object.');
  }
  const attributes = new Map<string, string>();
  let data = Buffer.alloc(0);
  for (const [name, value] of Object.entries(parsed)) {
    if (name === 'data') data = Buffer.from(JSON.stringify(value));
    else if (name === 'data_base64') data = Buffer.from(String(value), 'base64');
    else if (typeof value === 'string') attributes.set(name, value);
    else if (typeof value === 'number' || typeof value === 'boolean') attributes.set(name, String(value));
  }
  return readAttributes(received, attributes, data);
}

function readAttributes(received: Received, attributes: ReadonlyMap<string, string>, data: Buffer): Arrived {
  const [id, source, type] = ['id', 'source', 'type'].map((name) => attributes.get(name) ?? '') as [
    string,
    string,
    string,
  ];
  const key = attributes.get('partitionkey') ?? received.brokerKey ?? attributes.get('subject') ?? id;
  for (const [name, value] of [['id', id], ['source', source], ['type', type]] as const) {
    if (value === '') return unreadable(received, `It has no attribute '${name}'.`, key);
  }
  for (const [name, value] of [...attributes, ['partitionkey', key] as const]) {
    if (value.includes('\0')) return unreadable(received, `Its attribute '${name}' has a NUL.`, key);
  }
  const version = attributes.get('specversion') ?? '1.0';
  if (version !== '1.0') return unreadable(received, `It is of CloudEvents ${version}; expected 1.0.`, key);
  if (!isKey(key)) {
    return unreadable(received, `Its key has ${Buffer.byteLength(key)} bytes; expected 1 to ${keySizeBytesMax}.`);
  }
  return {
    readable: true,
    from: received,
    event: {
      identity: identityOf(received.stream, source, id),
      id,
      source,
      type,
      key,
      time: timeOf(attributes.get('time')),
      traceparent: attributes.get('traceparent'),
      tracestate: attributes.get('tracestate'),
      data,
    },
  };
}

function unreadable(received: Received, reason: string, key?: string): Arrived {
  // What has no id of its own is known by what it holds: the broker may bring it again.
  const hash = createHash('sha256').update(received.stream);
  for (const [name, value] of [...received.attributes].sort(([left], [right]) => (left < right ? -1 : 1))) {
    hash.update(`\0${name}\0${value}`);
  }
  const identity = uuidOfName(hash.update('\0').update(received.body).digest('hex'));
  const candidates = [key, received.attributes.get('partitionkey'), received.brokerKey];
  const known = candidates.find((candidate) => candidate !== undefined && isKey(candidate));
  return { readable: false, from: received, identity, key: known ?? identity, reason };
}

function isKey(key: string): boolean {
  const size = Buffer.byteLength(key);
  return size >= 1 && size <= keySizeBytesMax && !key.includes('\0');
}

function isJson(mediaType: string): boolean {
  return mediaType === '' || mediaType.endsWith('/json') || mediaType.endsWith('+json');
}

function parse(body: Buffer): unknown {
  const text = decodeUtf8(body);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function timeOf(text: string | undefined): string | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
