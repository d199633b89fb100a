/** A word of a phrase: that one, or one that begins so. */
export interface Wanted {
  readonly word: string;
  readonly prefix: boolean;
}

/**
 * Finds a phrase in words that come one by one (Knuth, Morris and Pratt): each costs a constant time on average, whatever
 * the text and the phrase repeat. Only the last word of the phrase may be a prefix.
 */
export class PhraseMatcher {
  readonly length: number;
  readonly #wanted: readonly Wanted[];
  /** Of the first n words: how many at their end are also the beginning of the phrase, fewer than n. */
  readonly #borders: number[] = [0, 0];
  /** How many of the phrase's first words the last ones were; never all. */
  #matched = 0;

  constructor(wanted: readonly Wanted[]) {
    this.length = wanted.length;
    this.#wanted = wanted;
    for (let n = 1; n < wanted.length - 1; n++)
      this.#borders.push(this.#after(this.#borders[n] ?? 0, wanted[n]?.word ?? ''));
  }

  /** Whether the phrase ends with this word. */
  next(word: string): boolean {
    const { length } = this;
    let matched = this.#matched;
    while (matched > 0 && !fits(this.#wanted[matched], word)) matched = this.#borders[matched] ?? 0;
    const found = matched === length - 1 && fits(this.#wanted[matched], word);
    this.#matched = this.#after(found ? (this.#borders[matched] ?? 0) : matched, word);
    return found;
  }

  /** How many are matched after `matched` of them and one more word, where that doesn't make it all. */
  #after(matched: number, word: string): number {
    let now = matched;
    while (now > 0 && !fits(this.#wanted[now], word)) now = this.#borders[now] ?? 0;
    if (now === this.length - 1) return 0;
    return fits(this.#wanted[now], word) ? now + 1 : now;
  }
}

function fits(wanted: Wanted | undefined, word: string): boolean {
  if (wanted === undefined) return false;
  return wanted.prefix ? word.startsWith(wanted.word) : word === wanted.word;
}
