import type { Received } from '../events/received.js';
import { publicStream } from '../events/publicEvent.js';
import type { Broker, StreamStatus, Take } from './broker.js';

/** What brings the events where no broker can be reached: somebody who calls, with a secret that both know. */
export interface Bringer {
  /** Sees to it, from now on, that events are brought. */
  start(): void;
  stop(): Promise<void>;
  /** What messages may be signed with; none before there is one. */
  secrets(): Promise<readonly string[]>;
  /** None of them had signed a message. */
  refused(): void;
  /** Why nothing is brought at the moment, or null. */
  readonly unavailable: string | null;
}

/** No broker that can be reached: whoever has the events brings them by HTTP. */
export class WebhookBroker implements Broker {
  readonly name = 'webhook';
  private take: Take | undefined;

  constructor(private readonly bringer: Bringer) {}

  start(_streams: readonly string[], take: Take): void {
    this.take = take;
    this.bringer.start();
  }

  async stop(): Promise<void> {
    this.take = undefined;
    await this.bringer.stop();
  }

  status(): readonly StreamStatus[] {
    return [{ stream: publicStream, partitions: [], unavailable: this.bringer.unavailable }];
  }

  secrets(): Promise<readonly string[]> {
    return this.bringer.secrets();
  }

  refused(): void {
    this.bringer.refused();
  }

  async bring(message: Received): Promise<void> {
    if (this.take === undefined) throw new Error('The service is stopping.');
    await this.take([message]);
  }
}

/** Somebody registered the endpoint by hand, and gave its secret. */
export class KnownSecret implements Bringer {
  readonly unavailable = null;

  constructor(private readonly secret: string) {}

  start(): void {}

  refused(): void {}

  stop(): Promise<void> {
    return Promise.resolve();
  }

  secrets(): Promise<readonly string[]> {
    return Promise.resolve([this.secret]);
  }
}
