import { kept } from '../ui/kept.js';

/** Those that there is a catalogue for, by the names that they call themselves. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;

export type Language = keyof typeof LANGUAGES;

const KEY = 'support-console.language';

function isLanguage(code: string | null | undefined): code is Language {
  return code != null && Object.hasOwn(LANGUAGES, code);
}

/** What somebody has chosen on this computer, else the first one of their browser's that we have. */
export function chooseLanguage(): Language {
  const chosen = kept.get(KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map(languageOf).find(isLanguage) ?? 'en';
}

/** The others than the one that the page is in, each in itself. */
export function otherLanguages(): [code: Language, name: string][] {
  const current = chooseLanguage();
  return (Object.entries(LANGUAGES) as [Language, string][]).filter(([code]) => code !== current);
}

/** The page begins anew: what was typed is kept. */
export function changeLanguage(language: Language): void {
  kept.set(KEY, language);
  location.reload();
}

/** For dates and numbers: as they are written where the person lives, if that is in this language. */
export function localeOf(language: Language): string {
  return navigator.languages.find((code) => languageOf(code) === language) ?? language;
}

function languageOf(code: string): string {
  return code.split('-')[0]?.toLowerCase() ?? '';
}
