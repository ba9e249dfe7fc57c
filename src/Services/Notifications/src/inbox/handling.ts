import type { ReadEvent } from '../events/received.js';
import type { Statements } from '../store/database.js';

/**
 * What one type of event leads to, within the transaction that notes it as handled. Throws BadShape for data that is
 * not what its type promises, before it has changed anything: no later try would read it otherwise.
 */
export type Handle = (event: ReadEvent, statements: Statements) => Promise<void>;

/** By the type of the event; what is not listed is passed over. */
export type Handlers = ReadonlyMap<string, Handle>;
