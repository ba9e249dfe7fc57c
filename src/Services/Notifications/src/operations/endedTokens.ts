import { setTimeout as wait } from 'node:timers/promises';
import { readBounded } from '../calling/machineToken.js';

// All of them as the other services have them.
const intervalMilliseconds = 400;
const patienceMilliseconds = 2_000;
/** The longest life that an access token can be configured to have, and some for clocks that differ. */
const keptForMilliseconds = 65 * 60_000;
/** What was committed late, or written by the clock of another replica of Users, comes with a later question. */
const overlapMilliseconds = 2 * 60_000;
const answerBytesMax = 16 * 1_048_576;

/** What an access token says of whom, and on what, it hangs. */
export interface TokenClaims {
  readonly sub?: string | undefined;
  /** The sign-in that all its tokens hang on. */
  readonly oi_au_id?: unknown;
  /** The token itself. */
  readonly oi_tkn_id?: unknown;
}

/**
 * Which access tokens are good for nothing any more before their time: of erased accounts, and of sign-ins that have
 * ended. Users is asked for them again and again; while it is away nothing ends, and what had ended stays known.
 */
export class EndedTokens {
  private erased: ReadonlySet<string> = new Set();
  private readonly signIns = new Map<string, number>();
  private newest: number | undefined;
  private readonly stopping = new AbortController();
  private within = new AbortController();
  private asking: Promise<void> = Promise.resolve();

  constructor(private readonly users: string, private readonly now: () => Date) {}

  start(): void {
    this.asking = this.ask();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.within.abort();
    await this.asking;
  }

  /** Why a token is refused, or null. */
  refusalOf(claims: TokenClaims): string | null {
    if (this.erased.has((claims.sub ?? '').toLowerCase())) return 'its account does not exist any more';
    const has = (id: unknown) => typeof id === 'string' && this.signIns.has(id);
    return has(claims.oi_au_id) || has(claims.oi_tkn_id) ? 'its sign-in has ended' : null;
  }

  /** Asks once. */
  async refresh(): Promise<void> {
    // One for each question: what is derived from a signal that lives as long as the process is kept as long by it.
    this.within = new AbortController();
    if (this.stopping.signal.aborted) return;
    const { signal } = this.within;
    const tooLong = globalThis.setTimeout(() => this.within.abort(), patienceMilliseconds);
    try {
      const erased = await this.fetch('internal/erased', signal);
      this.erased = new Set(erased.map((id) => readText(id).toLowerCase()));
      const since = this.since();
      const asked = since === undefined ? '' : `?since=${encodeURIComponent(since.toISOString())}`;
      this.add(await this.fetch(`internal/ended${asked}`, signal));
    } finally {
      clearTimeout(tooLong);
    }
  }

  /**
   * From when on to ask; undefined for all. What a clock that was ahead has written moves it to now at most, or all
   * that ends until then would be missed.
   */
  private since(): Date | undefined {
    if (this.newest === undefined) return undefined;
    return new Date(Math.min(this.newest, this.now().getTime()) - overlapMilliseconds);
  }

  private add(some: readonly unknown[]): void {
    // All is read before anything of it is kept: what is left out would not be asked for again.
    const read = some.map((each) => {
      const { id, at } = each as { id?: unknown; at?: unknown };
      const time = Date.parse(readText(at));
      if (Number.isNaN(time)) throw new Error('Users answered with an end at no time.');
      return [readText(id), time] as const;
    });
    const before = this.now().getTime() - keptForMilliseconds;
    for (const [id, at] of this.signIns) if (at < before) this.signIns.delete(id);
    for (const [id, at] of read) {
      this.signIns.set(id, at);
      this.newest = Math.max(this.newest ?? at, at);
    }
  }

  private async fetch(path: string, within: AbortSignal): Promise<readonly unknown[]> {
    const answer = await fetch(new URL(path, this.users), {
      headers: { accept: 'application/json' }, signal: within, redirect: 'error',
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      // A version of Users that is older than this process may not tell it.
      if (answer.status === 404 && path.startsWith('internal/ended')) return [];
      throw new Error(`Users answered with ${answer.status} when asked for ${path}.`);
    }
    const body = await readBounded(answer, answerBytesMax);
    if (!Array.isArray(body)) throw new Error(`Users answered without a list when asked for ${path}.`);
    return body;
  }

  private async ask(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // That Users is away is said by who needs it for something.
      await this.refresh().catch(() => undefined);
      await wait(intervalMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }
}

function readText(value: unknown): string {
  if (typeof value !== 'string') throw new Error('Users answered with something that is no id.');
  return value;
}
