import type { Engine } from '../../db/handle.js';
import type { SearchInput } from './schemas.js';

/** All texts of the tickets that a statement gives: by the indexes of where the texts are kept. */
const TEXTS_OF = (tickets: string) => `
  SELECT texts.id FROM (${tickets}) AS chosen CROSS JOIN search_texts AS texts WHERE texts.source_id = chosen.id
  UNION ALL
  SELECT texts.id FROM (${tickets}) AS chosen CROSS JOIN messages CROSS JOIN search_texts AS texts
  WHERE messages.ticket_id = chosen.id AND texts.source_id = messages.id
  UNION ALL
  SELECT texts.id FROM (${tickets}) AS chosen CROSS JOIN notes CROSS JOIN search_texts AS texts
  WHERE notes.ticket_id = chosen.id AND texts.source_id = notes.id`;

/**
 * A condition on `found.rowid` of an FTS5 table, and on PostgreSQL on `text`, a row of search_texts.
 *
 * What the texts of one customer, or with a tag, have in common: a condition that is met before the newest matches are
 * taken, so that those of others don't use these up. All texts of few tickets are looked up before; of a tag that many
 * have, each match is looked at, as there soon are enough.
 *
 * The `+` keeps SQLite from asking the index of words for one text after another: it would begin anew with each.
 */
export function scopeOf(
  { requester, tag }: Pick<SearchInput, 'requester' | 'tag'>,
  { tagIsRare }: { tagIsRare: boolean },
): Record<Engine, string> | undefined {
  const isTagged = (ticketId: string) =>
    `EXISTS (SELECT 1 FROM ticket_tags WHERE tag = :tag AND ticket_tags.ticket_id = ${ticketId})`;
  if (requester !== undefined) {
    return withTexts(
      `SELECT id FROM tickets WHERE user_id = :requester${tag === undefined ? '' : ` AND ${isTagged('id')}`}`,
    );
  }
  if (tag === undefined) return undefined;
  if (tagIsRare) return withTexts('SELECT ticket_id AS id FROM ticket_tags WHERE tag = :tag');
  return {
    sqlite: isTagged('(SELECT texts.ticket_id FROM search_texts AS texts WHERE texts.id = found.rowid)'),
    postgresql: isTagged('text.ticket_id'),
  };
}

function withTexts(tickets: string): Record<Engine, string> {
  return { sqlite: `+found.rowid IN (${TEXTS_OF(tickets)})`, postgresql: `text.id IN (${TEXTS_OF(tickets)})` };
}
