import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { Refused } from '../../src/sending/sender.js';
import { writeMessage } from '../../src/sending/writeMessage.js';
import { order, someId } from '../some/events.js';
import { server } from './smtpServer.js';

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
