import { Lazy } from '../db/sql/statement.js';
import type { Links } from '../db/sql/write-chain.js';
import { ANALYSER, analyse } from './analyse.js';
import { documentOf } from './document.js';

type Kind = 'ticket' | 'message' | 'note';

/**
 * The links of a WriteChain that put a text into the index: in the statement that stores it, so that the one is never without
 * the other. The row that they belong to has `indexed` set, which tells the triggers that there is nothing to do for them.
 *
 * @param source names the values that hold the ids of its ticket and its own, and the link that stored it
 */
export function textLinks(kind: Kind, source: { ticketId: string; sourceId: string; from: string }): Links {
  const { ticketId, sourceId, from: link } = source;
  return {
    search_text: ({ engine, from }) =>
      engine === 'postgresql'
        ? `INSERT INTO search_texts (ticket_id, source_id, kind, analyser, document, words)
          SELECT ${ticketId}, ${sourceId}, '${kind}', ${ANALYSER}, CAST(:document AS tsvector), :documentWords ${from(link)}`
        : `INSERT INTO search_texts (ticket_id, source_id, kind, analyser) VALUES (${ticketId}, ${sourceId}, '${kind}', ${ANALYSER})`,
    search_words: ({ engine }) =>
      engine === 'postgresql'
        ? undefined
        : `INSERT INTO search_words (rowid, subject, content) VALUES (last_insert_rowid(), :subjectWords, :contentWords)`,
  };
}

/** What textLinks() takes beside the ids. */
export type TextValues = Record<'document' | 'documentWords' | 'subjectWords' | 'contentWords', Lazy>;

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
