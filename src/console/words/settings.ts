import { en } from './en-settings.js';

export type SettingWords = typeof en;
export const w: SettingWords = en;
