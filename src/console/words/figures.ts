import { en } from './en-figures.js';

export type FigureWords = typeof en;
export const f: FigureWords = en;
