import { readFile } from 'node:fs/promises';
import type { UsersSettings } from '../settings/readSettings.js';

/** Where a person is reached. Nothing of it is kept. */
export interface Contact {
  readonly email: string;
  readonly name: string | null;
  readonly language: string | null;
}

export interface Contacts {
  /** Null when there is no such person any more. */
  find(user: string): Promise<Contact | null>;
}

const timeoutMilliseconds = 5_000;
const answerBytesMax = 65_536;
const renewBeforeMilliseconds = 30_000;

/** Asks Users, with a token of this service's own (client credentials). */
export class UsersContacts implements Contacts {
  private token: { readonly text: string; readonly until: number } | undefined;
  private asking: Promise<string> | undefined;

  constructor(private readonly settings: UsersSettings) {}

  async find(user: string): Promise<Contact | null> {
    let answer = await this.ask(user, await this.currentToken());
    if (answer.status === 401) {
      this.token = undefined; // Its keys were changed, or the token ended early.
      answer = await this.ask(user, await this.currentToken());
    }
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`Users answered with ${answer.status} when asked for a contact.`);
    const body = (await readBounded(answer)) as Partial<Contact>;
    if (typeof body.email !== 'string' || !/^[^<>@\s]+@[^<>@\s]+$/.test(body.email)) return null;
    return {
      email: body.email,
      name: typeof body.name === 'string' ? body.name : null,
      language: typeof body.language === 'string' ? body.language : null,
    };
  }

  private ask(user: string, token: string): Promise<Response> {
    return fetch(new URL(`users/${user}/contact`, this.settings.address), {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMilliseconds),
      redirect: 'error',
    });
  }

  /** One asks for a token at a time, and the others wait for the same. */
  private async currentToken(): Promise<string> {
    if (this.token !== undefined && this.token.until > Date.now()) return this.token.text;
    this.asking ??= this.newToken().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async newToken(): Promise<string> {
    const secret = this.settings.secret ?? (await readFile(this.settings.secretFile, 'utf8')).trim();
    const credentials = `${encodeURIComponent(this.settings.clientId)}:${encodeURIComponent(secret)}`;
    const answer = await fetch(new URL('connect/token', this.settings.address), {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'users.contact' }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
      redirect: 'error',
    });
    if (!answer.ok) throw new Error(`Users answered with ${answer.status} when asked for a token.`);
    const { access_token: text, expires_in: seconds } = (await readBounded(answer)) as {
      access_token?: unknown;
      expires_in?: unknown;
    };
    if (typeof text !== 'string') throw new Error('Users answered without a token.');
    const lasts = (typeof seconds === 'number' ? seconds : 60) * 1_000;
    this.token = { text, until: Date.now() + Math.max(lasts - renewBeforeMilliseconds, lasts / 2) };
    return text;
  }
}

async function readBounded(answer: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > answerBytesMax) throw new Error(`Users answered with more than ${answerBytesMax} bytes.`);
    chunks.push(chunk as Uint8Array);
  }
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
