import type { Database } from '../db/database.js';
import type { TableName } from '../db/sql/db.js';
import { fragment, type SelectQueryBuilder } from '../db/sql/kysely.js';
import { query, type Writing } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';

/** Rows that are looked at in one transaction. */
const BATCH = 1_000;

/** The texts of one kind: a batch of those behind an id. */
type Batch = (
  writing: Writing<typeof AFTER>,
) => SelectQueryBuilder<Tables, TableName, { id: string; ticketId: string }>;

const AFTER = { after: 'search_texts.source_id' } as const;

/** Texts of one kind that the index doesn't know: written while triggers were off. */
function sourceOf(kind: 'ticket' | 'message' | 'note', batch: Batch) {
  return {
    /** The last id of a batch. */
    last: query(`reindex: last ${kind} of a batch`, AFTER, (writing) =>
      writing.db.selectFrom(batch(writing).as('batch')).select((eb) => eb.fn.max('batch.id').as('last')),
    ),
    /** Puts those of a batch into search_texts, without words. */
    add: query(`reindex: add ${kind}s`, AFTER, (writing) => {
      const { db, engine, insertFrom } = writing;
      const unknown = db
        .selectFrom(batch(writing).as('batch'))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('search_texts as known')
                .select(fragment.lit(1).as('one'))
                .whereRef('known.source_id', '=', 'batch.id'),
            ),
          ),
        )
        .orderBy('batch.id');
      return insertFrom(unknown, 'search_texts', (text) => ({
        ticket_id: text.ref('batch.ticketId'),
        source_id: text.ref('batch.id'),
        kind,
        analyser: 0,
        ...(engine === 'postgresql' && { document: '' }),
      })).onConflict((known) => known.column('source_id').doNothing());
    }),
  };
}

const SOURCES = [
  sourceOf('ticket', ({ db, p }) =>
    db.selectFrom('tickets').select(['id', 'id as ticketId']).where('id', '>', p.after).orderBy('id').limit(BATCH),
  ),
  sourceOf('message', ({ db, p }) =>
    db
      .selectFrom('messages')
      .select(['id', 'ticket_id as ticketId'])
      .where('id', '>', p.after)
      .orderBy('id')
      .limit(BATCH),
  ),
  sourceOf('note', ({ db, p }) =>
    db.selectFrom('notes').select(['id', 'ticket_id as ticketId']).where('id', '>', p.after).orderBy('id').limit(BATCH),
  ),
];

/** Makes search_texts complete, a batch at a time. `inBatches` asks for the next one until there is none. */
export async function addMissing(
  db: Database,
  inBatches: (batch: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  for (const { last: lastOf, add } of SOURCES) {
    let after = '';
    await inBatches(async () => {
      const { last = null } = (await db.sql.row(lastOf, { after })) ?? {};
      if (last === null) return false;
      await db.write((sql) => sql.run(add, { after }), { long: true });
      after = last;
      return true;
    });
  }
}
