import { readFile } from 'node:fs/promises';
import { currentTraceparent } from '../seeing/spans.js';
import type { UsersSettings } from '../settings/readCommon.js';

const timeoutMilliseconds = 5_000;
const answerBytesMax = 262_144;
const renewBeforeMilliseconds = 30_000;

/** A token of this service's own for one scope (client credentials), asked for when it is needed. */
export class MachineToken {
  private token: { readonly text: string; readonly until: number } | undefined;
  private asking: Promise<string> | undefined;

  constructor(private readonly settings: UsersSettings, private readonly scope: string) {}

  /** Asks with the token, and once more with a new one where it is refused. */
  async fetch(address: URL, request: { readonly method?: string; readonly body?: unknown } = {}): Promise<Response> {
    const answer = await this.ask(address, request, await this.current());
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    this.token = undefined; // Its keys were changed, or the token ended early.
    return this.ask(address, request, await this.current());
  }

  private ask(
    address: URL, { method = 'GET', body }: { method?: string; body?: unknown }, token: string): Promise<Response> {
    const traceparent = currentTraceparent();
    return fetch(address, {
      method,
      headers: {
        authorization: `Bearer ${token}`, accept: 'application/json',
        ...(traceparent === undefined ? {} : { traceparent }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
      redirect: 'error',
    });
  }

  /** One asks for a token at a time, and the others wait for the same. */
  private async current(): Promise<string> {
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
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: this.scope }),
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

/** An answer in JSON, however much whoever answers would like to say. */
export async function readBounded(answer: Response, bytesMax = answerBytesMax): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > bytesMax) throw new Error(`An answer has more than ${bytesMax} bytes.`);
    chunks.push(chunk as Uint8Array);
  }
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
