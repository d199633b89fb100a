import { de } from './de-figures.js';
import { en } from './en-figures.js';
import { chooseLanguage } from './language.js';
import { t } from './words.js';

export type FigureWords = typeof en;

export const f: FigureWords = { ...{ en, de }[chooseLanguage()], locale: t.locale };
