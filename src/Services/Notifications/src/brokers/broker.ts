import type { Received } from '../events/received.js';

/** Resolves when the messages are handled and may be settled; rejects only when the program stops. */
export type Take = (messages: readonly Received[]) => Promise<void>;

/** The seam to what carries the events. */
export interface Broker {
  readonly name: string;
  /**
   * Reads the streams from now until it is stopped, and through every fault of the broker: each partition in its order,
   * one message list at a time, and settles what was taken.
   */
  start(streams: readonly string[], take: Take): void;
  /** Lets what is in work end, and reads no more. */
  stop(): Promise<void>;
  /** What of each stream has been heard of, for the operators. */
  status(): readonly StreamStatus[];
}

export interface StreamStatus {
  readonly stream: string;
  /** The partitions that this process reads. */
  readonly partitions: readonly number[];
  /** Why it cannot be read at the moment, or null. */
  readonly unavailable: string | null;
}

export const batchSizeMax = 64;
