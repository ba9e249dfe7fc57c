import { decodeUtf8 } from '../events/readEvents.js';
import { Problem } from './problem.js';

/** The body as a JSON object; a problem when it is none. */
export function readJsonObject(body: unknown): Record<string, unknown> {
  const text = Buffer.isBuffer(body) ? decodeUtf8(body) : null;
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // Told below, as any other body that is no object.
  }
  throw new Problem(400, 'The body must be a JSON object.');
}

/** Refuses members that nobody reads: a misspelt condition would mean more than was meant. */
export function refuseUnknown(given: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Problem(400, `There is no '${unknown}' here; known are ${known.join(', ')}.`);
  }
}
