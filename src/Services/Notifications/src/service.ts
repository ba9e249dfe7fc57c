import type { Logger } from 'pino';
import type { Broker } from './brokers/broker.js';
import { keepTrying } from './waiting/keepTrying.js';
import { openBroker } from './brokers/openBroker.js';
import type { Received } from './events/received.js';
import type { Handlers } from './inbox/handling.js';
import { keepInboxShort } from './inbox/keepInboxShort.js';
import { replayNext } from './inbox/replayParked.js';
import { takeDelivery } from './inbox/takeDelivery.js';
import { forgetEnded } from './mails/forgetEnded.js';
import { mailHandlers, publicTypes } from './mails/queueMails.js';
import { EndedTokens } from './operations/endedTokens.js';
import { Metrics } from './operations/metrics.js';
import { UsersContacts, type Contacts } from './sending/contacts.js';
import { inPlaceOf } from './seeing/spans.js';
import { FileSender } from './sending/fileSender.js';
import { MailMetrics } from './sending/mailMetrics.js';
import { MailQueue } from './sending/mailQueue.js';
import { Preferences } from './sending/preferences.js';
import { SendMails } from './sending/sendMails.js';
import { Signal } from './waiting/signal.js';
import { SmtpSender } from './sending/smtpSender.js';
import type { Settings } from './settings/readSettings.js';
import type { Database } from './store/database.js';
import { StopLinks } from './sending/stopLinks.js';

const streams = ['orders', 'users', 'inventory'];
const tidyIntervalMilliseconds = 60_000;
const replayIntervalMilliseconds = 1_000;

/** Everything of the service that runs, whatever asks it. */
export class Service {
  readonly metrics = new Metrics();
  /** It was told to end, and no request is to be sent here any more. */
  isStopping = false;
  readonly preferences: Preferences;
  readonly replays = new Signal();
  readonly broker: Broker;
  readonly ended: EndedTokens;
  readonly handlers: Handlers;
  private readonly log: Logger;
  private readonly mails = new Signal();
  private readonly stopping = new AbortController();
  private readonly sending: SendMails;
  private tending: Promise<unknown> = Promise.resolve();
  private hasReadAll = false;

  constructor(
    readonly settings: Settings, readonly database: Database, readonly stopLinks: StopLinks,
    log: Logger, readonly now: () => Date, contacts: Contacts = new UsersContacts(settings.users),
  ) {
    this.log = log.child({ category: 'Tessera.Notifications.Service' });
    this.handlers = mailHandlers(now);
    this.metrics.watch('notifications_mails_waiting', 'Mails that wait to be sent.', async () => {
      const [row] = await database.rows<{ many: number }>(
        "select count(*) as many from mails where state = 'waiting'");
      return Number(row?.many ?? 0);
    });
    this.metrics.watchStore('notifications', database);
    const mailMetrics = new MailMetrics(this.metrics.registry);
    this.preferences = new Preferences(database);
    this.ended = new EndedTokens(settings.users.address, now);
    this.broker = openBroker(settings.broker, publicTypes, database, log);
    this.sending = new SendMails({
      queue: new MailQueue(database, now),
      sender: settings.mail.smtp === undefined
        ? new FileSender(settings.mail.folder)
        : new SmtpSender(settings.mail.smtp),
      contacts,
      preferences: this.preferences,
      signal: this.mails,
      mail: settings.mail,
      language: settings.language,
      operators: settings.operators,
      store: settings.publicUrl,
      stopLink: (user, kind) => stopLinks.of(user, kind),
      log: log.child({ category: 'Tessera.Notifications.SendMails' }),
      now,
      onEnd: (kind, ending, seconds) => mailMetrics.ended(kind, ending, seconds),
    });
  }

  start(): void {
    this.ended.start();
    const settings = this.settings;
    this.broker.start(streams, (messages) => this.take(messages));
    this.sending.start();
    this.tending = Promise.all([
      this.everyNow(tidyIntervalMilliseconds, new Signal(), async () => {
        await keepInboxShort(this.database, settings.inboxKeptMilliseconds, this.now());
        const areFiles = settings.mail.smtp === undefined;
        await forgetEnded(
          this.database, areFiles ? settings.filesKeptMilliseconds : settings.inboxKeptMilliseconds, areFiles,
          this.now());
      }),
      this.everyNow(replayIntervalMilliseconds, this.replays, async () => {
        while (!this.stopping.signal.aborted && (await replayNext(this.database, this.handlers))) this.mails.wake();
      }),
    ]);
  }

  /**
   * Whether each stream could be read at least once. Before that an event may be published that nobody keeps for this
   * service: a queue that is not there yet gets none.
   */
  hasBegun(): boolean {
    const streams = this.broker.status();
    this.hasReadAll ||= streams.length > 0 && streams.every((stream) => stream.unavailable === null);
    return this.hasReadAll;
  }

  /** Lets what is in work end; what is not settled is the next process's. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.replays.wake();
    await this.broker.stop();
    await this.sending.stop();
    await this.tending;
    await this.ended.stop();
  }

  /** Handles messages of one partition; resolves once they may be settled. */
  take(messages: readonly Received[]): Promise<void> {
    return keepTrying(
      async () => {
        const taken = await takeDelivery(
          this.database, this.handlers, messages, this.now, this.broker.name);
        this.metrics.took(messages[0]?.stream ?? '', messages.length, taken);
        for (const parked of taken.parked) {
          const { type, reason } = parked;
          inPlaceOf(parked.from.stream, parked, () => this.log.warn({ type, reason }, 'A message was parked'));
        }
        if (taken.handled > 0) this.mails.wake();
      },
      (failure, delay) =>
        this.log.error({ delay, reason: failure.message }, 'The database took no events and is tried again'),
      this.stopping.signal,
    );
  }

  private async everyNow(milliseconds: number, signal: Signal, work: () => Promise<unknown>): Promise<void> {
    const stop = this.stopping.signal;
    stop.addEventListener('abort', () => signal.wake());
    while (!stop.aborted) {
      try {
        await work();
      } catch (failure) {
        this.log.error({ reason: (failure as Error).message }, 'Tending the database was interrupted');
      }
      if (!stop.aborted) await signal.wait(milliseconds);
    }
  }
}
