import { Words, type TextKey } from './language.js';
import type { Content } from './mail.js';

export interface Composed {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Around {
  readonly name: string | null;
  /** Where the store is, with a slash at its end. */
  readonly store: string;
  /** Where mails of this kind are stopped, when one can do without them. */
  readonly stop?: string;
}

/** The parts of a mail, before they are text or HTML. */
interface Parts {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly table: readonly (readonly [what: string, amount: string])[];
  readonly link?: readonly [text: string, address: string];
}

/** The mail in one language, as text and as HTML that say the same. */
export function composeMail(content: Content, words: Words, around: Around): Composed {
  const parts = partsOf(content, words, around);
  const greeting = around.name === null
    ? words.text('greeting.nameless')
    : words.text('greeting', { name: oneLine(around.name) });
  const stop = around.stop === undefined ? undefined : ([words.text('stop'), around.stop] as const);
  return {
    subject: oneLine(parts.subject),
    text: asText(parts, greeting, words.text('closing'), stop),
    html: asHtml(parts, greeting, words, stop),
  };
}

function partsOf(content: Content, words: Words, around: Around): Parts {
  if (content.kind === 'stock-low') {
    const values = { sku: content.sku, onHand: String(content.onHand) };
    return { subject: words.text('low.subject', values), paragraphs: [words.text('low.text', values)], table: [] };
  }
  const order = { order: content.order.slice(0, 8) };
  const link = [words.text('see'), `${around.store}orders/${content.order}`] as const;
  switch (content.kind) {
    case 'order-placed':
      return {
        subject: words.text('placed.subject', order), paragraphs: [words.text('placed.text')], link,
        table: tableOf(content, words),
      };
    case 'order-confirmed':
      return {
        subject: words.text('confirmed.subject', order), paragraphs: [words.text('confirmed.text')], link, table: [],
      };
    case 'order-shipped':
      return {
        subject: words.text('shipped.subject', order), paragraphs: [words.text('shipped.text')], link, table: [],
      };
    case 'order-cancelled':
      return {
        subject: words.text('cancelled.subject', order), link, table: [],
        paragraphs: [words.text('cancelled.text'), words.text(reasonKey(content.reason, words))],
      };
  }
}

/** A reason that came after this program was written is told in general words. */
function reasonKey(reason: string, words: Words): TextKey {
  const key = `reason.${reason}`;
  return words.has(key) ? key : 'reason.other';
}

function tableOf(placed: Content & { kind: 'order-placed' }, words: Words): [string, string][] {
  const lines = placed.lines.map((line): [string, string] => [
    words.text('placed.line', { quantity: String(line.quantity), sku: oneLine(line.sku) }),
    words.money(line.unitPriceMinor * line.quantity, placed.currency),
  ]);
  if (placed.deliveryMinor !== 0) {
    lines.push([words.text('placed.delivery'), words.money(placed.deliveryMinor, placed.currency)]);
  }
  return [...lines, [words.text('placed.total'), words.money(placed.totalMinor, placed.currency)]];
}

function asText(
  parts: Parts, greeting: string, closing: string, stop: readonly [string, string] | undefined): string {
  const blocks = [greeting, ...parts.paragraphs];
  if (parts.table.length > 0) blocks.push(parts.table.map(([what, amount]) => `${what}: ${amount}`).join('\n'));
  if (parts.link !== undefined) blocks.push(`${parts.link[0]}: ${parts.link[1]}`);
  blocks.push(closing);
  if (stop !== undefined) blocks.push(`${stop[0]}: ${stop[1]}`);
  return `${blocks.join('\n\n')}\n`;
}

function asHtml(
  parts: Parts, greeting: string, words: Words, stop: readonly [string, string] | undefined): string {
  const paragraphs = [greeting, ...parts.paragraphs].map((each) => `<p>${escapeHtml(each)}</p>`);
  const rows = parts.table.map(([what, amount]) =>
    `<tr><td>${escapeHtml(what)}</td><td style="text-align:right;padding-left:2em">${escapeHtml(amount)}</td></tr>`);
  const table = rows.length === 0 ? [] : [`<table>${rows.join('')}</table>`];
  const link = parts.link === undefined ? [] : [`<p>${anchor(parts.link)}</p>`];
  const closing = `<p>${escapeHtml(words.text('closing'))}</p>`;
  const stopping = stop === undefined ? [] : [`<p style="font-size:smaller">${anchor(stop)}</p>`];
  return [
    '<!DOCTYPE html>',
    `<html lang="${words.language}"><head><meta charset="utf-8"><title>${escapeHtml(parts.subject)}</title></head>`,
    '<body style="font-family:sans-serif;max-width:40em">',
    ...paragraphs, ...table, ...link, closing, ...stopping,
    '</body></html>',
    '',
  ].join('\n');
}

function anchor([text, address]: readonly [string, string]): string {
  return `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`;
}

export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (letter) => names[letter] ?? letter);
}

/** A name is a person's own: it must begin no line and no header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
