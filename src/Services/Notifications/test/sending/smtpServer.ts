import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { SmtpSender } from '../../src/sending/smtpSender.js';

/** A server that keeps what it takes, and refuses whom the test says. */
export async function server(refuses: { recipient?: number; login?: boolean } = {}) {
  const taken: { from: string; to: string[]; raw: Buffer }[] = [];
  const smtp = new SMTPServer({
    authOptional: refuses.login !== true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) =>
      done(refuses.recipient === undefined
        ? null
        : Object.assign(new Error('No such mailbox'), { responseCode: refuses.recipient })),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''), to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const sender = new SmtpSender({
    host: '127.0.0.1', port: (smtp.server.address() as AddressInfo).port, security: 'None',
    user: undefined, password: undefined,
  });
  onTestFinished(async () => {
    sender.close();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });
  return { sender, taken };
}
