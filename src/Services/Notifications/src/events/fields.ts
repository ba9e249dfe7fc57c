import { decodeUtf8 } from './readEvents.js';
import { isUuid } from './identity.js';

/** The data of an event has not the shape that its type promises. */
export class BadShape extends Error {}

/** The fields of an event's data, each asked for by its kind. */
export class Fields {
  private constructor(private readonly values: Readonly<Record<string, unknown>>, private readonly path: string) {}

  static parse(data: Buffer): Fields {
    const text = decodeUtf8(data);
    if (text === null) throw new BadShape('The data is not UTF-8.');
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw new BadShape('The data is no JSON.');
    }
    return Fields.of(parsed, '');
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') throw this.bad(name, 'text');
    if (value.includes('\0')) throw this.bad(name, 'text without NUL');
    return value;
  }

  uuid(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string' || !isUuid(value)) throw this.bad(name, 'a UUID');
    return value.toLowerCase();
  }

  time(name: string): string {
    const time = Date.parse(this.text(name));
    if (Number.isNaN(time)) throw this.bad(name, 'a time');
    return new Date(time).toISOString();
  }

  whole(name: string, otherwise?: number): number {
    const value = this.values[name] ?? otherwise;
    // Beyond 2^53 the parser has rounded already: an amount that is nearly right is wrong.
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.bad(name, 'a whole number');
    return value;
  }

  list(name: string): Fields[] {
    const value = this.values[name];
    if (!Array.isArray(value)) throw this.bad(name, 'a list');
    return value.map((each: unknown, index) => Fields.of(each, `${this.path}${name}[${index}].`));
  }

  private static of(parsed: unknown, path: string): Fields {
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new BadShape(`${path === '' ? 'The data' : path.slice(0, -1)} is no object.`);
    }
    return new Fields(parsed as Record<string, unknown>, path);
  }

  private bad(name: string, expected: string): BadShape {
    const what = this.values[name] === undefined ? 'missing' : 'something else';
    return new BadShape(`The field ${this.path}${name} is ${what}; expected ${expected}.`);
  }
}
