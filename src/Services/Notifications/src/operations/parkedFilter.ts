import { isUuid } from '../events/identity.js';
import type { Value } from '../store/database.js';
import { Problem } from './problem.js';

const names = ['cause', 'eventId', 'from', 'key', 'stream', 'to', 'type'] as const;

export type FilterName = (typeof names)[number];
export const filterNames: readonly FilterName[] = names;

/** Which parked messages are meant: a condition in SQL and its values. */
export interface ParkedFilter {
  readonly sql: string;
  readonly values: readonly Value[];
  readonly isEmpty: boolean;
}

const conditions: Readonly<Record<FilterName, string>> = {
  cause: "reason like $ escape '\\'",
  eventId: 'identity = $',
  from: 'parked_at >= $',
  key: 'key = $',
  stream: 'stream = $',
  to: 'parked_at < $',
  type: 'type = $',
};

/** From the members of a request that name one; refuses values that could match nothing. */
export function readFilter(given: Readonly<Record<string, unknown>>): ParkedFilter {
  const [parts, values]: [string[], Value[]] = [[], []];
  for (const name of names) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') throw new Problem(400, `${name} must be text.`);
    values.push(readValue(name, value));
    parts.push(conditions[name].replace('$', `$${values.length}`));
  }
  return { sql: parts.length === 0 ? '1 = 1' : parts.join(' and '), values, isEmpty: parts.length === 0 };
}

function readValue(name: FilterName, value: string): string {
  switch (name) {
    case 'cause': // A star stands for what differs from message to message.
      return value.replaceAll(/[\\%_]/g, (letter) => `\\${letter}`).replaceAll('*', '%');
    case 'eventId':
      if (!isUuid(value)) throw new Problem(400, `eventId '${value}' is no UUID.`);
      return value.toLowerCase();
    case 'from':
    case 'to': {
      const time = Date.parse(value);
      if (Number.isNaN(time)) throw new Problem(400, `${name} '${value}' is no time such as 2026-01-31T12:00:00Z.`);
      return new Date(time).toISOString();
    }
    default:
      return value;
  }
}
