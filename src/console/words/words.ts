import { en } from './en.js';

/** All that the console says, in the language of the person: one catalogue of the same shape for each. */
export type Words = typeof en;
export const t: Words = en;
