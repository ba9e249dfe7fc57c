import type { Message } from './writeMessage.js';

/** The seam to where mail goes. */
export interface Sender {
  /** Resolves when the mail has been taken over. May be called again with the same mail. */
  send(message: Message): Promise<void>;
  /** Takes back what of a mail lies here; what has left is gone. */
  forget(id: string): Promise<void>;
  close(): void;
}

/** The other side takes no mail of this kind for this person, however often it is tried. */
export class Refused extends Error {}
