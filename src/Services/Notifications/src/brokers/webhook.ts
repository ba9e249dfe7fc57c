import type { Received } from '../events/received.js';
import type { Broker, StreamStatus, Take } from './broker.js';

/** No broker that can be reached: whoever has the events brings them by HTTP. */
export class WebhookBroker implements Broker {
  readonly name = 'webhook';
  private streams: readonly string[] = [];
  private take: Take | undefined;

  start(streams: readonly string[], take: Take): void {
    this.streams = streams;
    this.take = take;
  }

  stop(): Promise<void> {
    this.take = undefined;
    return Promise.resolve();
  }

  status(): readonly StreamStatus[] {
    return this.streams.map((stream) => ({ stream, partitions: [], unavailable: null }));
  }

  /** Whether it belongs to a stream that is read here. */
  reads(stream: string): boolean {
    return this.streams.includes(stream);
  }

  async bring(message: Received): Promise<void> {
    if (this.take === undefined) throw new Error('The service is stopping.');
    await this.take([message]);
  }
}
