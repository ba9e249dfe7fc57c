import type { Logger } from 'pino';
import { languageOf, type Language } from '../mails/language.js';
import { isUnneeded } from '../mails/mail.js';
import { whileSending } from './whileSending.js';
import type { MailSettings } from '../settings/readSettings.js';
import type { Contacts } from './contacts.js';
import type { Ending, MailQueue, TakenMail } from './mailQueue.js';
import type { Preferences } from './preferences.js';
import { Refused, type Sender } from './sender.js';
import type { Signal } from '../waiting/signal.js';
import { writeMessage, type ToWrite } from './writeMessage.js';

const atOnce = 8;
const lookIntervalMilliseconds = 1_000;
const retryDelayMilliseconds = 1_000;
const retryDelayMaxMilliseconds = 600_000;
const doublingsMax = 12;

export interface Sending {
  readonly queue: MailQueue;
  readonly sender: Sender;
  readonly contacts: Contacts;
  readonly preferences: Preferences;
  readonly signal: Signal;
  readonly mail: MailSettings;
  readonly language: Language;
  readonly operators: readonly string[];
  readonly store: string;
  /** Where a person stops mails of a kind. */
  readonly stopLink: (user: string, kind: string) => string;
  readonly log: Logger;
  readonly now: () => Date;
  readonly onEnd?: (kind: string, ending: Ending | 'retry', seconds: number) => void;
}

/** Sends what is queued, several keys at once and each key in its order, until it is stopped. */
export class SendMails {
  private isStopping = false;
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly with_: Sending) {}

  start(): void {
    this.work = Promise.all([...Array.from({ length: atOnce }, () => this.sendWhileThere()), this.forgetWhileThere()]);
  }

  /** Lets what is being sent end. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.with_.signal.wake();
    await this.work;
    this.with_.sender.close();
  }

  private async sendWhileThere(): Promise<void> {
    while (!this.isStopping) {
      const worked = await this.guarded(() => this.trySendOne());
      if (!worked && !this.isStopping) await this.with_.signal.wait(lookIntervalMilliseconds);
    }
    this.with_.signal.wake();
  }

  private async forgetWhileThere(): Promise<void> {
    while (!this.isStopping) {
      await this.guarded(async () => {
        for (const id of await this.with_.queue.forgotten()) {
          await this.with_.sender.forget(id);
          await this.with_.queue.remove(id);
        }
        return false;
      });
      if (!this.isStopping) await this.with_.signal.wait(lookIntervalMilliseconds);
    }
    this.with_.signal.wake();
  }

  /** False when nothing is due. */
  async trySendOne(): Promise<boolean> {
    const { queue, mail: settings, log, now } = this.with_;
    const mail = await queue.take(settings.takenForMilliseconds);
    if (mail === null) return false;
    const began = performance.now();
    const tell = (ending: Ending | 'retry') =>
      this.with_.onEnd?.(mail.kind, ending, (performance.now() - began) / 1_000);
    if (mail.queuedAt.getTime() + settings.giveUpAfterMilliseconds < now().getTime()) {
      log.error({ mail: mail.id, kind: mail.kind, tries: mail.tries }, 'A mail could not be sent and is given up');
      await queue.end(mail, 'given up', null);
      tell('given up');
      return true;
    }
    let failed: Error | undefined;
    try {
      tell(await whileSending(mail, async (span) => {
        try {
          const ending = await this.send(mail);
          span.setAttribute('tessera.mail.ending', ending);
          await queue.end(mail, ending, null);
          log.info({ mail: mail.id, kind: mail.kind, ending }, 'A mail has ended');
          return ending;
        } catch (failure) {
          failed = failure as Error;
          await this.keep(mail, failed);
          throw failed;
        }
      }));
    } catch (failure) {
      if (failure !== failed) throw failure; // It could not be kept.
      tell(failure instanceof Refused ? 'refused' : 'retry');
    }
    this.with_.signal.wake(); // The next mail of its key may go.
    return true;
  }

  private async keep(mail: TakenMail, failure: Error): Promise<void> {
    const { queue, log } = this.with_;
    // What a server says of a mail may name its recipient, and this is kept and logged.
    const reason = failure.message.replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '…');
    if (failure instanceof Refused) {
      log.warn({ mail: mail.id, kind: mail.kind }, 'A mail was refused by the server of its recipient');
      await queue.end(mail, 'refused', reason);
      return;
    }
    const delay = Math.min(
      retryDelayMilliseconds * 2 ** Math.min(mail.tries - 1, doublingsMax), retryDelayMaxMilliseconds);
    log.warn({ mail: mail.id, kind: mail.kind, delay, reason }, 'A mail was not sent and is tried again');
    await queue.retry(mail, delay, reason);
  }

  private async send(mail: TakenMail): Promise<Ending> {
    const recipients = await this.recipientsOf(mail);
    if (typeof recipients === 'string') return recipients;
    const { queue, sender, mail: settings, store } = this.with_;
    const message = await writeMessage({
      id: mail.id, content: mail.content, happenedAt: mail.happenedAt, from: settings.from, store, ...recipients,
    });
    if (!(await queue.isWaiting(mail.id))) return 'nobody';
    await sender.send(message);
    return 'sent';
  }

  private async recipientsOf(mail: TakenMail): Promise<Pick<ToWrite, 'to' | 'language' | 'stop'> | Ending> {
    const { contacts, preferences, language, operators, stopLink } = this.with_;
    if (mail.user === null) {
      if (operators.length === 0) return 'nobody';
      return { to: operators.map((address) => ({ name: null, address })), language, stop: undefined };
    }
    const preferred = await preferences.of(mail.user);
    if (isUnneeded(mail.kind) && preferred.unwanted.includes(mail.kind)) return 'unwanted';
    const contact = await contacts.find(mail.user);
    if (contact === null) return 'nobody';
    return {
      to: [{ name: contact.name, address: contact.email }],
      language: preferred.language ?? languageOf(contact.language) ?? language,
      stop: isUnneeded(mail.kind) ? stopLink(mail.user, mail.kind) : undefined,
    };
  }

  /** The database may be away: that is said, and tried again with the next look. */
  private async guarded(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (failure) {
      this.with_.log.error({ reason: (failure as Error).message }, 'Sending mails was interrupted');
      return false;
    }
  }
}
