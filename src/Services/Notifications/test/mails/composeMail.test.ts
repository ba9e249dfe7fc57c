import { describe, expect, test } from 'vitest';
import { composeMail } from '../../src/mails/composeMail.js';
import { languages, Words } from '../../src/mails/language.js';
import type { Content } from '../../src/mails/mail.js';
import en from '../../src/mails/texts/en.json' with { type: 'json' };
import de from '../../src/mails/texts/de.json' with { type: 'json' };
import fr from '../../src/mails/texts/fr.json' with { type: 'json' };
import ja from '../../src/mails/texts/ja.json' with { type: 'json' };
import { order } from '../some/events.js';

const store = 'https://shop.example/';
const placed: Content = {
  kind: 'order-placed', order, currency: 'EUR', deliveryMinor: 490, totalMinor: 2_490,
  lines: [{ sku: 'MUG-1', quantity: 2, unitPriceMinor: 1_000 }],
};
const all: Content[] = [
  placed, { kind: 'order-confirmed', order }, { kind: 'order-shipped', order },
  { kind: 'order-cancelled', order, reason: 'out-of-stock' }, { kind: 'stock-low', sku: 'MUG-1', onHand: 3 },
];
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the texts', () => {
  const translated = [['de', de], ['fr', fr], ['ja', ja]] as const;
  test.each(translated)('%s has the keys of English, with the same places', (_, texts) => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      const [translated, original] = [places(texts[key as keyof typeof en]), places(text)];
      expect(translated, key).toEqual(original);
    }
  });
});

describe.each(languages)('in %s', (language) => {
  test.each(all)('$kind leaves no place open and says the same in both forms', (content) => {
    const mail = composeMail(content, new Words(language), { name: 'Ada', store, stop: `${store}stop` });
    expect(mail.subject + mail.text + mail.html).not.toMatch(/\{\w+\}|undefined|NaN/);
    expect(mail.html).toContain(`lang="${language}"`);
    for (const block of mail.text.split('\n\n')) {
      const said = block.trim().split(/: (?=http)|\n/)[0]?.split(': ')[0] ?? '';
      expect(mail.html).toContain(said);
    }
  });
});

describe('what is written', () => {
  test('is money as its readers write it', () => {
    const text = (language: 'en' | 'de' | 'ja', currency: string) =>
      composeMail({ ...placed, currency }, new Words(language), { name: null, store }).text.replaceAll('\u00a0', ' ');
    expect(text('de', 'EUR')).toContain('24,90 €');
    expect(text('en', 'GBP')).toContain('£24.90');
    expect(text('ja', 'JPY')).toMatch(/[¥￥]2,490/);
  });
  test('says why an order was cancelled, in general words for a reason that came later', () => {
    const of = (reason: string) => composeMail(
      { kind: 'order-cancelled', order, reason }, new Words('en'), { name: null, store }).text;
    expect(of('out-of-stock')).toContain(en['reason.out-of-stock']);
    expect(of('of-another-age')).toContain(en['reason.other']);
  });
  test('takes a name for a name and no more', () => {
    const name = '<b>Ada</b>\r\nBcc: all@example.org';
    const mail = composeMail(placed, new Words('en'), { name, store });
    expect(mail.html).not.toContain('<b>');
    expect(mail.text.split('\n')[0]).toBe('Hello <b>Ada</b> Bcc: all@example.org,');
  });
});
