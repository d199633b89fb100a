import { query } from '../../db/sql/query.js';
import type { Sql } from '../../db/sql/sql.js';
import { PIECE_BYTES } from '../../tickets/conversation.js';

/** Texts of as many bytes come with the page itself: of its 100, all together are little. */
export const SHORT_BYTES = 2 * 1024;

interface Hit {
  readonly sourceId: string;
  /** null: longer than SHORT_BYTES. */
  readonly content: string | null;
  readonly bytes: number;
}

/** The ids of descriptions are those of their tickets. */
const selectTexts = query(
  'search: select texts',
  { ids: 'text' },
  ({ db, p, listed }) => {
    const ids = db.selectFrom(listed(p.ids).as('listed')).select('value');
    return db
      .selectFrom('messages')
      .select(['id', 'content'])
      .where('id', 'in', ids)
      .unionAll(db.selectFrom('notes').select(['id', 'content']).where('id', 'in', ids))
      .unionAll(db.selectFrom('tickets').select(['id', 'description as content']).where('id', 'in', ids));
  },
  { large: true },
);

/** Hits with their texts: the long ones are read a piece at a time, as they are come to. One that has gone meanwhile is empty. */
export async function* withTexts<H extends Hit>(db: Sql, hits: readonly H[]): AsyncGenerator<H & { content: string }> {
  let read = new Map<string, string>();
  let readTo = 0;
  for (const [place, hit] of hits.entries()) {
    if (hit.content === null && place >= readTo) {
      readTo = endOfPiece(hits, place);
      const ids = hits.slice(place, readTo).flatMap(({ sourceId, content }) => (content === null ? [sourceId] : []));
      const texts = await db.rows(selectTexts, { ids: JSON.stringify(ids) });
      read = new Map(texts.map(({ id, content }) => [id, content]));
    }
    yield { ...hit, content: hit.content ?? read.get(hit.sourceId) ?? '' };
  }
}

/** The place behind the long texts that make a piece: one at least. */
function endOfPiece(hits: readonly Hit[], from: number): number {
  let bytes = 0;
  for (const [place, { content, bytes: more }] of hits.entries()) {
    if (place < from || content !== null) continue;
    bytes += more;
    if (bytes > PIECE_BYTES && place > from) return place;
  }
  return hits.length;
}
