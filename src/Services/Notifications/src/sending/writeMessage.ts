import MailComposer from 'nodemailer/lib/mail-composer';
import { composeMail } from '../mails/composeMail.js';
import { Words, type Language } from '../mails/language.js';
import type { Content } from '../mails/mail.js';

/** A mail as it is handed over: the same bytes each time it is tried. */
export interface Message {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Buffer;
}

export interface ToWrite {
  /** The identity of the event: the Message-ID says the same, so that a second copy is seen to be one. */
  readonly id: string;
  readonly content: Content;
  readonly happenedAt: Date;
  readonly language: Language;
  readonly from: string;
  readonly to: readonly { readonly name: string | null; readonly address: string }[];
  readonly store: string;
  /** Where mails of this kind are stopped with one click (RFC 8058). */
  readonly stop: string | undefined;
}

export async function writeMessage(mail: ToWrite): Promise<Message> {
  const composed = composeMail(mail.content, new Words(mail.language), {
    name: mail.to[0]?.name ?? null,
    store: mail.store,
    ...(mail.stop === undefined ? {} : { stop: mail.stop }),
  });
  const from = addressOf(mail.from);
  const node = new MailComposer({
    from: mail.from,
    to: mail.to.map(({ name, address }) => (name === null ? address : { name, address })),
    subject: composed.subject,
    text: composed.text,
    html: composed.html,
    date: mail.happenedAt,
    messageId: `<${mail.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'Content-Language': mail.language,
      ...(mail.stop === undefined
        ? {}
        : { 'List-Unsubscribe': `<${mail.stop}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
    baseBoundary: mail.id,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  return { id: mail.id, from, to: mail.to.map(({ address }) => address), bytes: await node.build() };
}

/** The address in `Name <address>`. */
export function addressOf(text: string): string {
  return /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim();
}
