import type { Database, Row } from '../store/database.js';

/** So many messages are looked through; the answer says when there are more. */
const messagesMax = 20_000;

interface Waiting extends Row {
  readonly stream: string;
  readonly key: string;
  readonly type: string;
  readonly reason: string;
  readonly attempts: number;
  readonly parked_at: string;
}

/** A thousand messages have mostly one cause: those whose first message of the key was refused alike are one group. */
export async function groupByCause(database: Database, most = messagesMax) {
  const rows = await database.rows<Waiting>(
    `select stream, key, type, reason, attempts, parked_at from parked order by stream, key, position limit ${most + 1}`);
  const keys = new Map<string, [Waiting, ...Waiting[]]>();
  for (const row of rows.slice(0, most)) {
    const name = `${row.stream}\n${row.key}`;
    const known = keys.get(name);
    if (known === undefined) keys.set(name, [row]);
    else known.push(row);
  }
  const groups = new Map<string, Group>();
  for (const [head, ...followers] of keys.values()) {
    const name = JSON.stringify([head.stream, head.type, causeOf(head.reason)]);
    const group = groups.get(name) ?? beginWith(head);
    groups.set(name, group);
    const tried = [head, ...followers].filter((each) => each.attempts > 0).length;
    group.messages += tried;
    group.keys++;
    group.followers += 1 + followers.length - tried;
    if (head.parked_at < group.first) group.first = head.parked_at;
    if (head.parked_at > group.last) group.last = head.parked_at;
  }
  const causes = [...groups.values()].sort((left, right) =>
    right.messages + right.followers - left.messages - left.followers || (left.cause < right.cause ? -1 : 1));
  return { causes, isWhole: rows.length <= most };
}

interface Group {
  readonly stream: string;
  readonly type: string;
  readonly cause: string;
  readonly sample: string;
  messages: number;
  keys: number;
  followers: number;
  first: string;
  last: string;
}

function beginWith(head: Waiting): Group {
  return {
    stream: head.stream, type: head.type, cause: causeOf(head.reason), sample: head.reason, messages: 0, keys: 0,
    followers: 0, first: head.parked_at, last: head.parked_at,
  };
}

/** The reason with a star for what differs from message to message: ids and numbers. */
export function causeOf(reason: string): string {
  return reason
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '*')
    .replaceAll(/[0-9]+(?:[.,][0-9]+)*/g, '*');
}
