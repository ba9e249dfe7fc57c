import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isUuid } from '../events/identity.js';
import { MachineToken, readBounded } from '../calling/machineToken.js';
import type { WebhookSettings } from '../settings/readBroker.js';
import type { Database, Statements } from '../store/database.js';
import { keepTrying } from '../waiting/keepTrying.js';
import type { Bringer } from './webhook.js';

const pagesMax = 20;
const retryDelayMaxMilliseconds = 1_000; // A store that starts waits for it.
const renewalIntervalMilliseconds = 60_000; // Whoever can reach the entry can have signatures refused.
const onItsWayMilliseconds = 60_000;
const secretWithinMilliseconds = 5_000;
const description = 'The service notifications of the shop itself';
const namePrefix = 'webhook:';

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly state: string;
}

/**
 * Registers the endpoint of this service with the Webhooks service at its start, and again where a signature is
 * refused. However often that is, and wherever it was killed before, there is one, it is active, and its secret is in
 * the database: a new one each time, since nothing tells whether the one that is kept still signs.
 */
export class OwnEndpoint implements Bringer {
  unavailable: string | null = 'The endpoint is not registered yet.';
  private readonly stopping = new AbortController();
  private readonly token: MachineToken;
  private work: Promise<void> = Promise.resolve();
  private isRegistering = false;
  private registeredAt = -Infinity;
  private replaced: { readonly secrets: readonly string[]; readonly until: number } = { secrets: [], until: 0 };

  constructor(
    private readonly settings: WebhookSettings, private readonly types: readonly string[],
    private readonly database: Database, private readonly log: Logger,
    private readonly milliseconds: () => number = () => performance.now(),
  ) {
    this.token = new MachineToken(settings.users, 'webhooks');
  }

  start(): void {
    this.isRegistering = true;
    this.work = keepTrying(
      () => this.register(),
      (failure, delay) => {
        this.unavailable = failure.message;
        this.log.warn({ delay, reason: failure.message }, 'The endpoint is not registered, which is tried again');
      },
      this.stopping.signal,
      retryDelayMaxMilliseconds,
    ).catch((failure: unknown) => {
      if (!this.stopping.signal.aborted) throw failure;
    });
  }

  refused(): void {
    if (this.isRegistering || this.stopping.signal.aborted) return;
    if (this.milliseconds() < this.registeredAt + renewalIntervalMilliseconds) return;
    this.log.warn('A signature was refused: the secret is asked for anew');
    this.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.work;
  }

  /** Webhooks may send as soon as it knows the endpoint, a moment before the secret that it told is kept. */
  async secrets(): Promise<readonly string[]> {
    let kept = await this.kept();
    if (kept.length === 0 && this.isRegistering) {
      await Promise.race([this.work, wait(secretWithinMilliseconds, undefined, { ref: false })]);
      kept = await this.kept();
    }
    return this.milliseconds() < this.replaced.until ? [...kept, ...this.replaced.secrets] : kept;
  }

  private async register(): Promise<void> {
    const url = this.settings.here;
    let isMade = false;
    let known = (await this.list()).filter((endpoint) => endpoint.url === url);
    if (known.length === 0) {
      const made = await this.ask('POST', '', {
        url, types: this.types, orderedByKey: true, description,
      }) as { endpoint: Endpoint; secret: string };
      await this.keep(this.database, made.endpoint.id, made.secret);
      isMade = true;
      // Another process of this service may have done the same at this moment: both see both, and keep the same one.
      known = (await this.list()).filter((endpoint) => endpoint.url === url);
    }
    const [mine, ...others] = known.sort((left, right) => (left.id < right.id ? -1 : 1));
    if (mine === undefined) throw new Error('The endpoint that was registered is gone.');
    for (const other of others) await this.remove(other.id);
    if (!isMade || !(await this.isKept(mine.id))) await this.renewSecret(mine.id);
    if (mine.types.toSorted().join() !== [...this.types].sort().join()) {
      await this.ask('PUT', `/${mine.id}`, { url, types: this.types, description });
    }
    // What waits for a next try because this service was away is sent now, and not when its time has come.
    if (mine.state === 'Active') await this.ask('POST', `/${mine.id}/pause`);
    await this.ask('POST', `/${mine.id}/resume`);
    if (mine.state === 'Disabled') await this.ask('POST', `/${mine.id}/redeliveries`, { state: 'Failed' });
    this.unavailable = null;
    this.isRegistering = false;
    this.registeredAt = this.milliseconds();
    this.log.info({ endpoint: mine.id, url }, 'Events are brought to this endpoint');
  }

  private async list(): Promise<Endpoint[]> {
    const found: Endpoint[] = [];
    let after = '';
    for (let page = 0; page < pagesMax; page++) {
      const { items, next } = (await this.ask('GET', `?size=100${after}`)) as { items: Endpoint[]; next: string | null };
      found.push(...items);
      if (next === null) return found;
      after = `&after=${encodeURIComponent(next)}`;
    }
    throw new Error(`There are more than ${found.length} endpoints of this service: remove some.`);
  }

  private async remove(id: string): Promise<void> {
    await this.ask('DELETE', `/${id}`);
    await this.database.change('delete from keys where name = $1', namePrefix + id);
  }

  /**
   * An operator may have asked for another secret, and the keys of Webhooks may be lost: the one that is kept signs
   * nothing then, however long one waits. Two replicas do this in turn, or the secret of the first could be kept last.
   * The one before it signs for a while as well, so that what comes meanwhile is taken; and what Webhooks had taken in
   * hand before, which that one alone has signed, is on its way.
   */
  private async renewSecret(id: string): Promise<void> {
    this.replaced = { secrets: await this.kept(), until: this.milliseconds() + onItsWayMilliseconds };
    await this.database.transaction([`secret:${id}`], async (statements) => {
      const { secret } = (await this.ask('POST', `/${id}/secret`)) as { secret: string };
      await this.keep(statements, id, secret);
    });
  }

  private async keep(statements: Statements, id: string, secret: string): Promise<void> {
    if (!isUuid(id) || !secret.startsWith('whsec_')) throw new Error('Webhooks answered without an id and a secret.');
    await statements.change(
      'insert into keys (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
      namePrefix + id, secret);
  }

  private async kept(): Promise<readonly string[]> {
    const rows = await this.database.rows<{ value: string }>(
      'select value from keys where name like $1', `${namePrefix}%`);
    return rows.map((row) => row.value);
  }

  private async isKept(id: string): Promise<boolean> {
    return (await this.database.rows('select 1 as found from keys where name = $1', namePrefix + id)).length > 0;
  }

  private async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.token.fetch(new URL(`webhooks${path}`, this.settings.webhooks), { method, body });
    if (answer.status === 204 || (method === 'DELETE' && answer.status === 404)) return undefined;
    const said = await readBounded(answer);
    if (answer.ok) return said;
    const { detail } = said as { detail?: unknown };
    throw new Error(
      `Webhooks answered ${answer.status} to ${method} /webhooks${path}: ${typeof detail === 'string' ? detail : ''}`);
  }
}
