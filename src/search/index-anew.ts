import type { Database } from '../db/database.js';
import type { Engine } from '../db/handle.js';
import { type Expression, fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import { ANALYSER } from './analyse.js';
import { type TextValues, textValues } from './index-text.js';

/** In one transaction, which others wait for on SQLite: this many texts, and about as many characters. */
const TEXTS = 100;
const CHARACTERS = 100_000;

/** Locked, and read after that: a change of the text waits for us, or we have waited for it. */
const lockOutdated = query('reindex: lock', { after: 'search_texts.id' }, ({ db, p, lockRow }) =>
  db
    .selectFrom('search_texts')
    .select('id')
    .where('analyser', '<', ANALYSER)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(TEXTS)
    .$call(lockRow),
);
const selectTexts = query('reindex: read', { ids: 'text' }, ({ db, p, listed }) =>
  db
    .selectFrom(listed(p.ids).as('listed'))
    .crossJoin('search_texts')
    .leftJoin('tickets', (on) => on.on('kind', '=', 'ticket').onRef('tickets.id', '=', 'source_id'))
    .leftJoin('messages', (on) => on.on('kind', '=', 'message').onRef('messages.id', '=', 'source_id'))
    .leftJoin('notes', (on) => on.on('kind', '=', 'note').onRef('notes.id', '=', 'source_id'))
    .select((eb) => [
      'search_texts.id',
      'tickets.subject',
      eb.fn.coalesce('tickets.description', 'messages.content', 'notes.content').as('content'),
    ])
    .where('search_texts.id', '=', (eb) => eb.cast<number>('listed.value', 'bigint'))
    .orderBy('search_texts.id'),
);

/** The words of a batch: a JSON array of what `WRITTEN` has, with the ids. */
const MADE = { made: 'text' } as const;

/** On SQLite: a row for each, by the names of its columns. */
const madeRows = (made: Expression<string>) =>
  fragment<{ id: number; subjectWords: string; contentWords: string }>`(SELECT value ->> 'id' AS id,
    value ->> 'subjectWords' AS "subjectWords", value ->> 'contentWords' AS "contentWords" FROM json_each(${made}))`.as(
    'made',
  );
const remove = (table: 'search_index' | 'search_words') =>
  query(`reindex: remove from ${table}`, MADE, ({ db, p }) =>
    db.deleteFrom(table).where('rowid', 'in', db.selectFrom(madeRows(p.made)).select('made.id')),
  );

/** What puts the words of a batch in, in place of those that were there. */
const WRITE = {
  sqlite: [
    remove('search_index'),
    remove('search_words'),
    query('reindex: write words', MADE, ({ db, p, insertFrom }) =>
      insertFrom(db.selectFrom(madeRows(p.made)), 'search_words', (made) => ({
        rowid: made.ref('made.id'),
        subject: made.ref('made.subjectWords'),
        content: made.ref('made.contentWords'),
      })),
    ),
    query('reindex: mark', MADE, ({ db, p }) =>
      db
        .updateTable('search_texts')
        .set(() => ({ analyser: ANALYSER }))
        .where('id', 'in', db.selectFrom(madeRows(p.made)).select('made.id')),
    ),
  ],
  postgresql: [
    query('reindex: write', MADE, ({ db, p }) => {
      const made = fragment<{ id: number; document: string; documentWords: string | null }>`
        (SELECT * FROM json_to_recordset(CAST(${p.made} AS json)) AS row (id BIGINT, document TEXT, "documentWords" TEXT))`;
      return db
        .updateTable('search_texts')
        .set(() => ({
          document: fragment`CAST(made.document AS tsvector)`,
          words: fragment.ref('made.documentWords'),
          analyser: ANALYSER,
        }))
        .from(made.as('made'))
        .whereRef('search_texts.id', '=', 'made.id');
    }),
  ],
};
const deleteOrphan = query('reindex: remove orphan', { id: 'search_texts.id' }, ({ db, p }) =>
  db.deleteFrom('search_texts').where('id', '=', p.id),
);

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
  return db.write(
    async (sql) => {
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
    },
    { long: true },
  );
}
