import type { Database } from '../db/database.js';
import type { Engine } from '../db/handle.js';
import { Statement } from '../db/sql/statement.js';
import { ANALYSER } from './analyse.js';
import { type TextValues, textValues } from './index-text.js';

/** In one transaction, which others wait for on SQLite: this many texts, and about as many characters. */
const TEXTS = 100;
const CHARACTERS = 100_000;

/** Locked, and read after that: a change of the text waits for us, or we have waited for it. */
const lockOutdated = new Statement<{ after: number }, { id: number }>(
  'reindex: lock',
  ({ lockRow }) =>
    `SELECT id FROM search_texts WHERE analyser < ${ANALYSER} AND id > :after ORDER BY id LIMIT ${TEXTS} ${lockRow}`,
);
const selectTexts = new Statement<{ ids: string }, { id: number; subject: string | null; content: string | null }>(
  'reindex: read',
  ({ listed }) => `
  SELECT search_texts.id, tickets.subject, COALESCE(tickets.description, messages.content, notes.content) AS content
  FROM ${listed(':ids')} AS listed CROSS JOIN search_texts
  LEFT JOIN tickets ON kind = 'ticket' AND tickets.id = source_id
  LEFT JOIN messages ON kind = 'message' AND messages.id = source_id
  LEFT JOIN notes ON kind = 'note' AND notes.id = source_id
  WHERE search_texts.id = CAST(listed.value AS BIGINT) ORDER BY search_texts.id`,
);

type Made = { made: string };

/** What puts the words of a batch in, `made`, in place of those that were there. */
const WRITE: Record<Engine, readonly Statement<Made>[]> = {
  sqlite: [
    ...['search_index', 'search_words'].map(
      (table) =>
        new Statement<Made>(
          `reindex: remove from ${table}`,
          `DELETE FROM ${table} WHERE rowid IN (SELECT value ->> 'id' FROM json_each(:made))`,
        ),
    ),
    new Statement(
      'reindex: write words',
      `INSERT INTO search_words (rowid, subject, content)
      SELECT value ->> 'id', value ->> 'subjectWords', value ->> 'contentWords' FROM json_each(:made)`,
    ),
    new Statement(
      'reindex: mark',
      `UPDATE search_texts SET analyser = ${ANALYSER} WHERE id IN (SELECT value ->> 'id' FROM json_each(:made))`,
    ),
  ],
  postgresql: [
    new Statement(
      'reindex: write',
      `UPDATE search_texts SET document = CAST(made.document AS tsvector), words = made."documentWords", analyser = ${ANALYSER}
      FROM json_to_recordset(CAST(:made AS json)) AS made (id BIGINT, document TEXT, "documentWords" TEXT)
      WHERE search_texts.id = made.id`,
    ),
  ],
};
const deleteOrphan = new Statement<{ id: number }>('reindex: remove orphan', 'DELETE FROM search_texts WHERE id = :id');

const WRITTEN: Record<Engine, readonly (keyof TextValues)[]> = {
  sqlite: ['subjectWords', 'contentWords'],
  postgresql: ['document', 'documentWords'],
};

/**
 * Makes the words of the next texts behind `after` that are outdated.
 *
 * @returns how many, and the last one; undefined where there are none
 */
export function indexAnew(db: Database, after: number): Promise<{ texts: number; last: number } | undefined> {
  const { engine } = db;
  return db.write(async (sql) => {
    const locked = await sql.rows(lockOutdated, { after });
    if (locked.length === 0) return undefined;
    const texts = await sql.rows(selectTexts, { ids: JSON.stringify(locked.map(({ id }) => id)) });
    const made: object[] = [];
    let characters = 0;
    let last = after;
    for (const { id, subject, content } of texts) {
      last = id;
      if (content === null) {
        await sql.run(deleteOrphan, { id });
        continue;
      }
      const values = textValues({ subject: subject ?? '', content });
      made.push({ id, ...Object.fromEntries(WRITTEN[engine].map((name) => [name, values[name].value()])) });
      characters += content.length;
      if (characters >= CHARACTERS) break;
    }
    for (const statement of WRITE[engine]) await sql.run(statement, { made: JSON.stringify(made) });
    return { texts: made.length, last };
  });
}
