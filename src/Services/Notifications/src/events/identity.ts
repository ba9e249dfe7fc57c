import { createHash } from 'node:crypto';

const urlNamespace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}

/** The version 5 UUID of a name in the URL namespace (RFC 9562). */
export function uuidOfName(name: string | Buffer): string {
  const bytes = createHash('sha1').update(urlNamespace).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * What makes two copies of an event one event. An id is unique within its source alone, so only the owner of the
 * stream is taken at his word.
 */
export function identityOf(stream: string, source: string, id: string): string {
  return source === `/tessera/${stream}` && isUuid(id) ? id.toLowerCase() : uuidOfName(`${source}\n${id}`);
}
