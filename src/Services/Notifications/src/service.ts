import type { Logger } from 'pino';
import type { Broker } from './brokers/broker.js';
import { KafkaBroker } from './brokers/kafka.js';
import { keepTrying } from './brokers/keepTrying.js';
import { RabbitMqBroker } from './brokers/rabbitMq.js';
import { RedisBroker } from './brokers/redis.js';
import { WebhookBroker } from './brokers/webhook.js';
import type { Received } from './events/received.js';
import type { Handlers } from './inbox/handling.js';
import { keepInboxShort } from './inbox/keepInboxShort.js';
import { replayNext } from './inbox/replayParked.js';
import { takeDelivery } from './inbox/takeDelivery.js';
import { mailHandlers } from './mails/queueMails.js';
import { Metrics } from './operations/metrics.js';
import { UsersContacts, type Contacts } from './sending/contacts.js';
import { FileSender } from './sending/fileSender.js';
import { MailQueue } from './sending/mailQueue.js';
import { Preferences } from './sending/preferences.js';
import { SendMails } from './sending/sendMails.js';
import { Signal } from './sending/signal.js';
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
  readonly preferences: Preferences;
  readonly replays = new Signal();
  readonly broker: Broker;
  readonly handlers: Handlers;
  private readonly mails = new Signal();
  private readonly stopping = new AbortController();
  private readonly sending: SendMails;
  private tending: Promise<unknown> = Promise.resolve();

  constructor(
    readonly settings: Settings, readonly database: Database, readonly stopLinks: StopLinks,
    private readonly log: Logger, readonly now: () => Date,
    contacts: Contacts = new UsersContacts(settings.users),
  ) {
    this.handlers = mailHandlers(now);
    this.preferences = new Preferences(database);
    this.broker = brokerOf(settings, log);
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
      log,
      now,
      onEnd: (kind, ending, seconds) => this.metrics.mailEnded(kind, ending, seconds),
    });
  }

  start(): void {
    const settings = this.settings;
    this.broker.start(streams, (messages) => this.take(messages));
    this.sending.start();
    this.tending = Promise.all([
      this.everyNow(tidyIntervalMilliseconds, new Signal(), () =>
        keepInboxShort(this.database, settings.inboxKeptMilliseconds, settings.mail.smtp === undefined, this.now())),
      this.everyNow(replayIntervalMilliseconds, this.replays, async () => {
        while (!this.stopping.signal.aborted && (await replayNext(this.database, this.handlers))) this.mails.wake();
      }),
    ]);
  }

  /** Lets what is in work end; what is not settled is the next process's. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.replays.wake();
    await this.broker.stop();
    await this.sending.stop();
    await this.tending;
  }

  /** Handles messages of one partition; resolves once they may be settled. */
  take(messages: readonly Received[]): Promise<void> {
    return keepTrying(
      async () => {
        const taken = await takeDelivery(this.database, this.handlers, messages, this.now);
        this.metrics.took(messages[0]?.stream ?? '', taken);
        for (const { identity, key, type, reason } of taken.parked) {
          this.log.warn({ event: identity, key, type, reason }, 'A message was parked');
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

function brokerOf(settings: Settings, log: Logger): Broker {
  switch (settings.broker.kind) {
    case 'webhook':
      return new WebhookBroker();
    case 'rabbitmq':
      return new RabbitMqBroker(settings.broker, log);
    case 'redis':
      return new RedisBroker(settings.broker, log);
    case 'kafka':
      return new KafkaBroker(settings.broker, log);
  }
}
