import type { UploadedFile } from 'support-api/client';
import { Store } from '../../browser/store.js';
import type { Kept } from './kept.js';

/** What is written where: a new request, a message, and what is said when a request is closed or rated. */
export type Place = 'new' | `${'message' | 'close' | 'rate'}/${string}`;

export interface Draft {
  text: string;
  /** Of a new request. */
  subject?: string;
  categoryId?: string;
  /** Of a rating. */
  score?: number;
  /** Stored, and attached to nothing yet. */
  files: readonly UploadedFile[];
  /** When it was changed last. */
  at: string;
}

const EMPTY: Draft = { text: '', files: [], at: '' };
const PREFIX = 'draft/';

/** Kept at each letter: neither a reload nor a closed window loses it. */
export class Drafts {
  /** Grows with each change. */
  readonly changes = new Store(0);
  readonly #kept: Kept;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  get(place: Place): Draft {
    return this.#kept.get<Draft>(PREFIX + place) ?? EMPTY;
  }

  change(place: Place, change: Partial<Draft>): void {
    this.#kept.set(PREFIX + place, { ...this.get(place), ...change, at: new Date().toISOString() });
    this.changes.set(this.changes.value + 1);
  }

  clear(place: Place): void {
    this.#kept.set(PREFIX + place, undefined);
    this.changes.set(this.changes.value + 1);
  }

  /** Puts back what was not sent, before what has been typed since. */
  putBack(place: Place, { text, files, ...rest }: Partial<Draft>): void {
    const typed = this.get(place);
    this.change(place, {
      ...rest,
      text: [text, typed.text].filter(Boolean).join('\n\n'),
      files: [...(files ?? []), ...typed.files],
    });
  }
}
