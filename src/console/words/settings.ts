import { en } from './en-settings.js';
import { chooseLanguage } from './language.js';
import { t } from './words.js';

export type SettingWords = typeof en;

const words: SettingWords = chooseLanguage() === 'de' ? (await import('./de-settings.js')).de : en;

export const w: SettingWords = { ...words, locale: t.locale };
