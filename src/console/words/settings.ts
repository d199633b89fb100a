import { de } from './de-settings.js';
import { en } from './en-settings.js';
import { chooseLanguage } from './language.js';
import { t } from './words.js';

export type SettingWords = typeof en;

export const w: SettingWords = { ...{ en, de }[chooseLanguage()], locale: t.locale };
