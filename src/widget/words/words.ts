import { de } from './de.js';
import { en } from './en.js';

/** All that the widget says: one catalogue of the same shape for each language. */
export type Words = typeof en;

const CATALOGUES: Record<string, Words> = { en, de };

/** In the language that was set last; English until then. */
export let t: Words = en;

/** For dates and numbers, and for who reads the texts aloud: always in the language of `t`. */
export let locale = 'en';

/** Speaks the language of a BCP 47 tag such as `de-AT`, or English, where there is no catalogue for it. */
export function speak(tag: string): void {
  const language = tag.split('-')[0]?.toLowerCase() ?? '';
  const known = Object.hasOwn(CATALOGUES, language);
  t = (known && CATALOGUES[language]) || en;
  locale = known && isTag(tag) ? tag : known ? language : 'en';
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** When something was: a time for today, a date and a time before. */
export function formatTime(at: string): string {
  const date = new Date(at);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) {
    return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(date);
  }
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year,
    hour: 'numeric',
    minute: '2-digit',
  }).format(date);
}

/** The whole of it, for who points at it. */
export function formatExactTime(at: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at));
}
