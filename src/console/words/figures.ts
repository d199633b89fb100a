import { en } from './en-figures.js';
import { chooseLanguage } from './language.js';
import { t } from './words.js';

export type FigureWords = typeof en;

const words: FigureWords = chooseLanguage() === 'de' ? (await import('./de-figures.js')).de : en;

export const f: FigureWords = { ...words, locale: t.locale };
