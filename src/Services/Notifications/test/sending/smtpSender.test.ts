import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Refused } from '../../src/sending/sender.js';
import { SmtpSender } from '../../src/sending/smtpSender.js';
import { writeMessage } from '../../src/sending/writeMessage.js';
import { order, someId } from '../some/events.js';

/** A server that keeps what it takes, and refuses whom the test says. */
async function server(refuses: { recipient?: number; login?: boolean } = {}) {
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

const someMessage = (id = someId()) => writeMessage({
  id, content: { kind: 'order-confirmed', order }, happenedAt: new Date('2026-11-27T10:00:00Z'), language: 'de',
  from: 'Shop <shop@shop.example>', to: [{ name: 'Ada Ü', address: 'ada@example.org' }],
  store: 'https://shop.example/', stop: undefined,
});

describe('a mail server', () => {
  test('is handed the mail under the id of its event', async () => {
    const { sender, taken } = await server();
    const id = someId();
    await sender.send(await someMessage(id));
    const [mail] = taken;
    expect(mail).toMatchObject({ from: 'shop@shop.example', to: ['ada@example.org'] });
    const parsed = await simpleParser(mail?.raw ?? '');
    expect(parsed.messageId).toBe(`<${id}@shop.example>`);
    expect(parsed.subject).toContain('bestätigt');
    expect(parsed.text).toContain('Guten Tag Ada Ü,');
  });
  test('that refuses the recipient for good is believed', async () => {
    const { sender } = await server({ recipient: 550 });
    await expect(sender.send(await someMessage())).rejects.toThrow(Refused);
  });
  test('that cannot take it now is asked again', async () => {
    const { sender } = await server({ recipient: 451 });
    await expect(sender.send(await someMessage())).rejects.not.toThrow(Refused);
  });
  test('that wants a login is not to blame on the mail', async () => {
    const { sender } = await server({ login: true });
    await expect(sender.send(await someMessage())).rejects.not.toThrow(Refused);
  });
});
