/** What a `tsvector` holds: the highest place of a word, and how many places each has. */
const LAST_PLACE = 16_383;
const PLACES = 255;

/** A text's words as PostgreSQL keeps them. */
interface Document {
  /** Each word with its places; those of the subject have weight A. */
  readonly tsvector: string;
  /**
   * All words in order, where the tsvector can't hold all places: phrases are looked for in here then. Between white
   * space, with a mark between subject and content that is no word.
   */
  readonly words: string | null;
}

/** Words hold letters, digits and marks: nothing in them has a meaning inside of quotes. */
export function documentOf(subject: readonly string[], content: readonly string[]): Document {
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  let complete = true;
  const add = (word: string, place: number, weight: string) => {
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    if (count > PLACES || place > LAST_PLACE) {
      complete = false;
      if (count > 1) return;
    }
    const before = places.get(word);
    const written = `${Math.min(place, LAST_PLACE)}${weight}`;
    places.set(word, before === undefined ? written : `${before},${written}`);
  };
  for (const [index, word] of subject.entries()) add(word, index + 1, 'A');
  // A place is left free: no phrase goes on from the subject into the content.
  for (const [index, word] of content.entries()) add(word, subject.length + 2 + index, '');
  let tsvector = '';
  for (const [word, at] of places) tsvector += `'${word}':${at} `;
  return { tsvector, words: complete ? null : ` ${subject.join(' ')} | ${content.join(' ')} ` };
}
