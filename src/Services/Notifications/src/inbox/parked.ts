import type { Received } from '../events/received.js';
import type { Row, Statements } from '../store/database.js';

/** One event, or one message that holds none, as it waits for an operator. */
export interface ToPark {
  readonly identity: string;
  readonly key: string;
  readonly type: string;
  readonly time: string | undefined;
  readonly traceparent: string | undefined;
  readonly from: Received;
  readonly reason: string;
  /** How often it was tried: 0 for one that only waits behind another. */
  readonly attempts: number;
}

export const followsAnother = 'Waits behind an earlier message of its key.';

export async function isKeyParked(statements: Statements, stream: string, key: string): Promise<boolean> {
  const found = await statements.rows(
    'select 1 as found from parked where stream = $1 and key = $2 limit 1', stream, key);
  return found.length > 0;
}

/** False when it is parked already: the inbox of an earlier version forgot what was still parked. */
export async function park(statements: Statements, message: ToPark, now: string): Promise<boolean> {
  const added = await statements.change(
    'insert into parked (identity, stream, partition, key, type, time, traceparent, attributes, content_type, body, ' +
      'reason, attempts, parked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ' +
      'on conflict (identity) do nothing',
    message.identity, message.from.stream, message.from.partition, message.key, message.type, message.time ?? now,
    message.traceparent ?? null, writeAttributes(message.from), message.from.contentType ?? null, message.from.body,
    message.reason, message.attempts, now);
  return added === 1;
}

export interface ParkedRow extends Row {
  readonly position: number;
  readonly identity: string;
  readonly stream: string;
  readonly partition: number;
  readonly key: string;
  readonly type: string;
  readonly time: string;
  readonly traceparent: string | null;
  readonly attributes: string;
  readonly content_type: string | null;
  readonly body: Buffer;
  readonly reason: string;
  readonly attempts: number;
  readonly parked_at: string;
  readonly replay_at: string | null;
}

/** The message as it came, to be read again. */
export function receivedFrom(row: ParkedRow): Received {
  const { brokerKey, attributes } = JSON.parse(row.attributes) as {
    brokerKey?: string;
    attributes: Record<string, string>;
  };
  return {
    stream: row.stream,
    partition: Number(row.partition),
    attributes: new Map(Object.entries(attributes)),
    contentType: row.content_type ?? undefined,
    brokerKey,
    body: row.body,
  };
}

// PostgreSQL keeps no NUL in text, and it may be the very fault: JSON writes it as an escape.
function writeAttributes(from: Received): string {
  return JSON.stringify({ brokerKey: from.brokerKey, attributes: Object.fromEntries(from.attributes) });
}
