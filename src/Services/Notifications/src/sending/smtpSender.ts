import { createTransport, type Transporter } from 'nodemailer';
import type { SmtpSettings } from '../settings/readSettings.js';
import { Refused, type Sender } from './sender.js';
import type { Message } from './writeMessage.js';

const timeoutMilliseconds = 20_000;
const connectionsMax = 4;

/** Hands mails to a server. */
export class SmtpSender implements Sender {
  private readonly transport: Transporter;

  constructor(settings: SmtpSettings) {
    this.transport = createTransport({
      pool: true,
      maxConnections: connectionsMax,
      host: settings.host,
      port: settings.port,
      secure: settings.security === 'Tls',
      requireTLS: settings.security === 'StartTls',
      ignoreTLS: settings.security === 'None',
      connectionTimeout: timeoutMilliseconds,
      greetingTimeout: timeoutMilliseconds,
      socketTimeout: timeoutMilliseconds,
      ...(settings.user === undefined ? {} : { auth: { user: settings.user, pass: settings.password ?? '' } }),
    });
  }

  async send(message: Message): Promise<void> {
    try {
      await this.transport.sendMail({ envelope: { from: message.from, to: [...message.to] }, raw: message.bytes });
    } catch (failure) {
      const { command, responseCode } = failure as { command?: string; responseCode?: number };
      // Of all that a server can refuse for good only the recipient is the mail's own fault.
      if (command === 'RCPT TO' && (responseCode ?? 0) >= 500) throw new Refused((failure as Error).message);
      throw failure;
    }
  }

  forget(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.transport.close();
  }
}
