import type { Database } from '../db/database.js';
import { Statement } from '../db/sql/statement.js';

/** Rows that are looked at in one transaction. */
const BATCH = 1_000;

type From = { after: string };

/** Texts of one kind that the index doesn't know: written while triggers were off. */
interface Source {
  /** The last id of a batch. */
  readonly edge: Statement<From, { last: string | null }>;
  /** Puts those of a batch into search_texts, without words. */
  readonly add: Statement<From>;
}

function sourceOf(table: string, kind: string, ticketId: string): Source {
  const batch = `(SELECT id, ${ticketId} AS of_ticket FROM ${table} WHERE id > :after ORDER BY id LIMIT ${BATCH}) AS batch`;
  return {
    edge: new Statement(`reindex: edge of ${table}`, `SELECT max(id) AS last FROM ${batch}`),
    add: new Statement(`reindex: add ${table}`, ({ engine }) => {
      const [column, empty] = engine === 'postgresql' ? [', document', `, ''`] : ['', ''];
      return `INSERT INTO search_texts (ticket_id, source_id, kind, analyser${column})
        SELECT of_ticket, id, '${kind}', 0${empty} FROM ${batch}
        WHERE NOT EXISTS (SELECT 1 FROM search_texts AS known WHERE known.source_id = batch.id)
        ORDER BY id ON CONFLICT (source_id) DO NOTHING`;
    }),
  };
}

const SOURCES = [
  sourceOf('tickets', 'ticket', 'id'),
  sourceOf('messages', 'message', 'ticket_id'),
  sourceOf('notes', 'note', 'ticket_id'),
];

/** Makes search_texts complete, a batch at a time. `inBatches` asks for the next one until there is none. */
export async function addMissing(
  db: Database,
  inBatches: (batch: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  for (const { edge, add } of SOURCES) {
    let after = '';
    await inBatches(async () => {
      const { last = null } = (await db.sql.row(edge, { after })) ?? {};
      if (last === null) return false;
      await db.write((sql) => sql.run(add, { after }));
      after = last;
      return true;
    });
  }
}
