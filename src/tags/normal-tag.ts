import { normalize } from '../schema/fold.js';

/** The one form in which a tag is kept and shown: however it is typed, it is the same tag. Accents are part of it. */
export function normalTag(tag: string): string {
  return normalize(tag);
}
