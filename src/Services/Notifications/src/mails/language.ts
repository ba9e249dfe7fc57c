import en from './texts/en.json' with { type: 'json' };
import de from './texts/de.json' with { type: 'json' };
import fr from './texts/fr.json' with { type: 'json' };
import ja from './texts/ja.json' with { type: 'json' };

/** The languages of the storefront. */
export const languages = ['en', 'de', 'fr', 'ja'] as const;

export type Language = (typeof languages)[number];
export type TextKey = keyof typeof en;

const texts: Record<Language, Record<TextKey, string>> = { en, de, fr, ja };
const cultures: Record<Language, string> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', ja: 'ja-JP' };

/** The language that a tag such as `de-AT` asks for, or undefined. */
export function languageOf(tag: string | null | undefined): Language | undefined {
  const wanted = tag?.split('-')[0]?.toLowerCase();
  return languages.find((language) => language === wanted);
}

/** The texts of one language, and how its readers write money. */
export class Words {
  constructor(readonly language: Language) {}

  /** With the values in the places of their names: `{order}`. */
  text(key: TextKey, values: Readonly<Record<string, string>> = {}): string {
    return texts[this.language][key].replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
  }

  has(key: string): key is TextKey {
    return key in texts[this.language];
  }

  money(minor: number, currency: string): string {
    const format = new Intl.NumberFormat(cultures[this.language], { style: 'currency', currency });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits);
  }
}
