import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that the program does not start with. */
export class BadSetting extends Error {}

/** Reads settings by their keys: from files of the folder for secrets, and then from the environment. */
export class SettingsReader {
  private readonly secrets: string | undefined;

  constructor(private readonly environment: Environment) {
    this.secrets = environment['Tessera__SecretsDirectory'];
  }

  optional(key: string): string | undefined {
    const name = key.replaceAll(':', '__');
    const value = this.secret(name) ?? this.environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  text(key: string, otherwise: string): string {
    return this.optional(key) ?? otherwise;
  }

  needed(key: string, because: string): string {
    return this.optional(key) ?? this.refuse(key, `it is missing, and ${because}`);
  }

  list(key: string): readonly string[] {
    const found: string[] = [];
    for (let index = 0; ; index++) {
      const value = this.optional(`${key}:${index}`);
      if (value === undefined) return found;
      found.push(value);
    }
  }

  choice<T extends string>(key: string, known: readonly T[], otherwise: T): T {
    const value = this.text(key, otherwise);
    const found = known.find((each) => each.toLowerCase() === value.toLowerCase());
    return found ?? this.refuse(key, `'${value}' is not one of ${known.join(', ')}`);
  }

  whole(key: string, otherwise: number, least: number, most: number): number {
    const text = this.text(key, String(otherwise));
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) this.refuse(key, `'${text}' is no whole number from ${least} to ${most}`);
    return value;
  }

  /** `hours:minutes:seconds`, with `days.` before them; in milliseconds. */
  duration(key: string, otherwise: number, least: number, most: number): number {
    const text = this.optional(key);
    if (text === undefined) return otherwise;
    const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/.exec(text);
    const [days, hours, minutes, seconds] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
    const value = ((((days ?? 0) * 24 + (hours ?? NaN)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000;
    if (!(value >= least && value <= most)) {
      this.refuse(key, `'${text}' is no time such as 00:00:05, from ${least / 1_000} to ${most / 1_000} seconds`);
    }
    return value;
  }

  /** An address with a slash at its end. */
  address(key: string, otherwise: string): string {
    const text = this.text(key, otherwise);
    if (!/^https?:\/\/[^/?#\s]+\/?$/.test(text)) {
      this.refuse(key, `'${text}' is no address without path, such as https://shop.example`);
    }
    return text.endsWith('/') ? text : `${text}/`;
  }

  refuse(key: string, why: string): never {
    throw new BadSetting(`The setting ${key}: ${why}.`);
  }

  private secret(name: string): string | undefined {
    if (this.secrets === undefined) return undefined;
    try {
      return readFileSync(join(this.secrets, name), 'utf8').trim();
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure;
    }
  }
}
