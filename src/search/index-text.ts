import type { Engine } from '../db/handle.js';
import { type Expression, fragment } from '../db/sql/kysely.js';
import type { Params, Placeholders } from '../db/sql/params.js';
import { Lazy } from '../db/sql/statement.js';
import { ANALYSER, analyse } from './analyse.js';
import { documentOf } from './document.js';

type Kind = 'ticket' | 'message' | 'note';

/** The values that textLink() and wordsLink() take beside the ids: see textValues(). */
export const TEXT_VALUES = {
  document: 'lazy',
  documentWords: 'lazy',
  subjectWords: 'lazy',
  contentWords: 'lazy',
} as const;

export type TextValues = Params<typeof TEXT_VALUES>;
type Values = Placeholders<typeof TEXT_VALUES>;

/**
 * The link of a chain that puts a text into the index: in the statement that stores it, so that the one is never without the
 * other. wordsLink() follows it on SQLite. The row that they belong to has `indexed` set, which tells the triggers that there
 * is nothing to do for them.
 *
 * @param source the ids of its ticket and its own, and the link that stored it
 */
export function textLink(
  { engine, p }: { engine: Engine; p: Values },
  kind: Kind,
  { ticketId, sourceId, from }: { ticketId: Expression<string>; sourceId: Expression<string>; from: string },
) {
  const text = fragment`${ticketId}, ${sourceId}, ${fragment.lit(kind)}, ${fragment.lit(ANALYSER)}`;
  return engine === 'postgresql'
    ? fragment`INSERT INTO search_texts (ticket_id, source_id, kind, analyser, document, words)
        SELECT ${text}, CAST(${p.document} AS tsvector), ${p.documentWords} FROM ${fragment.table(from)}`
    : fragment`INSERT INTO search_texts (ticket_id, source_id, kind, analyser) VALUES (${text})`;
}

/** The words of the text that textLink() has just put into the index: a table of their own on SQLite. */
export function wordsLink({ p }: { p: Values }) {
  return fragment`INSERT INTO search_words (rowid, subject, content)
    VALUES (last_insert_rowid(), ${p.subjectWords}, ${p.contentWords})`;
}

/** A text as either engine's index takes it. Each is worked out where it is asked for: analysed for one engine alone. */
export function textValues({ subject = '', content }: { subject?: string; content: string }): TextValues {
  let made: ReturnType<typeof documentOf> | undefined;
  const document = () => {
    made ??= documentOf(wordsOf(subject), wordsOf(content));
    return made;
  };
  return {
    document: new Lazy(() => document().tsvector),
    documentWords: new Lazy(() => document().words),
    subjectWords: new Lazy(() => wordsOf(subject).join(' ')),
    contentWords: new Lazy(() => wordsOf(content).join(' ')),
  };
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  analyse(text, (word) => {
    words.push(word);
    return undefined;
  });
  return words;
}
