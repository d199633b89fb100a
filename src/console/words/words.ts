import { en } from './en.js';
import { chooseLanguage, localeOf } from './language.js';

/** All that the console says, in the language of the person: one catalogue of the same shape for each. */
export type Words = typeof en;

const language = chooseLanguage();

/**
 * Who reads English waits for nothing. Another catalogue is fetched before whatever says something is run, so it must import nothing but types: it
 * would wait for what waits for it.
 */
const words: Words = language === 'de' ? (await import('./de.js')).de : en;

export const t: Words = { ...words, locale: localeOf(language) };

document.documentElement.lang = t.locale;
document.title = t.title;
