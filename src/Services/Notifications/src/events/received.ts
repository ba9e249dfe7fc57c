/** A message as a broker hands it over, before anything of it is believed. */
export interface Received {
  readonly stream: string;
  readonly partition: number;
  /** What stood beside the body, by the names of CloudEvents: without the broker's prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly contentType: string | undefined;
  /** The broker message's own key, where it has one. */
  readonly brokerKey: string | undefined;
  readonly body: Buffer;
}

/** An event that could be read. */
export interface ReadEvent {
  readonly identity: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly key: string;
  readonly time: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  /** The data, still in bytes: a type that nobody here handles is passed over whatever it holds. */
  readonly data: Buffer;
}

/** One event of a message, or the message when it could not be taken apart. */
export type Arrived =
  | { readonly readable: true; readonly event: ReadEvent; readonly from: Received }
  | {
      readonly readable: false;
      readonly identity: string;
      readonly key: string;
      readonly reason: string;
      readonly from: Received;
    };
