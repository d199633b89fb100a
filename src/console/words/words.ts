import { de } from './de.js';
import { en } from './en.js';
import { chooseLanguage, localeOf } from './language.js';

/** All that the console says, in the language of the person: one catalogue of the same shape for each. */
export type Words = typeof en;

const language = chooseLanguage();

export const t: Words = { ...{ en, de }[language], locale: localeOf(language) };

document.documentElement.lang = t.locale;
document.title = t.title;
