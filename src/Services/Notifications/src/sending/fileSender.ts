import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message } from './writeMessage.js';
import type { Sender } from './sender.js';

/** Writes each mail into a file named after its event, for its owner alone; `tessera mail` shows them. */
export class FileSender implements Sender {
  constructor(private readonly folder: string) {}

  async send(message: Message): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    // Whole or not there, and one file however often it is sent: who comes late changes nothing of it.
    const draft = join(this.folder, `${message.id}.${randomUUID()}.draft`);
    try {
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(message.bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(draft, join(this.folder, `${message.id}.eml`));
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
    } finally {
      await rm(draft, { force: true });
    }
  }

  forget(id: string): Promise<void> {
    return rm(join(this.folder, `${id}.eml`), { force: true });
  }

  close(): void {}
}
