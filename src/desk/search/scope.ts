import { type Expression, fragment, type SelectQueryBuilder, type SqlBool } from '../../db/sql/kysely.js';
import type { Writing } from '../../db/sql/query.js';
import type { Tables } from '../../db/sql/tables.js';
import type { FILTER_VALUES } from '../queue/filters.js';
import type { SearchInput } from './schemas.js';

/** Whose texts are looked at: one customer's, all of them or those on tickets with a tag; or all with a tag. */
export type Scope = 'requester' | 'requester with tag' | 'rare tag' | 'common tag';

/**
 * What the texts of one customer, or with a tag, have in common: a condition that is met before the newest matches are
 * taken, so that those of others don't use these up.
 */
export function scopeOf(
  { requester, tag }: Pick<SearchInput, 'requester' | 'tag'>,
  { tagIsRare }: { tagIsRare: boolean },
): Scope | undefined {
  if (requester !== undefined) return tag === undefined ? 'requester' : 'requester with tag';
  if (tag === undefined) return undefined;
  return tagIsRare ? 'rare tag' : 'common tag';
}

type Builder = Pick<Writing<typeof FILTER_VALUES>, 'db' | 'p' | 'engine'>;

/**
 * The condition on the id of a text. All texts of few tickets are looked up before; of a tag that many have, each match is
 * looked at, as there soon are enough.
 */
export function isInScope(builder: Builder, scope: Scope, textId: Expression<number>): Expression<SqlBool> {
  const { db, p, engine } = builder;
  if (scope === 'common tag') {
    const ticketId =
      engine === 'sqlite'
        ? db.selectFrom('search_texts as texts').select('texts.ticket_id').where('texts.id', '=', textId).$asScalar()
        : fragment.ref<string>('text.ticket_id');
    return isTagged(builder, ticketId);
  }
  const tickets =
    scope === 'rare tag'
      ? db.selectFrom('ticket_tags').select('ticket_id as id').where('tag', '=', p.tag)
      : db
          .selectFrom('tickets')
          .select('id')
          .where('user_id', '=', p.requester)
          .$if(scope === 'requester with tag', (some) => some.where((ticket) => isTagged(builder, ticket.ref('id'))));
  const texts = textsOf(builder, tickets);
  // The plus keeps SQLite from asking the index of words for one text after another: it would begin anew with each.
  return engine === 'sqlite' ? fragment`+${textId} IN ${texts}` : fragment`${textId} IN ${texts}`;
}

function isTagged({ db, p }: Builder, ticketId: Expression<string>): Expression<SqlBool> {
  const tagged = db
    .selectFrom('ticket_tags')
    .select(fragment.lit(1).as('one'))
    .where('tag', '=', p.tag)
    .where('ticket_tags.ticket_id', '=', ticketId);
  return fragment<SqlBool>`EXISTS ${tagged}`;
}

/** All texts of some tickets: by the indexes of where the texts are kept. */
function textsOf<T extends keyof Tables>({ db }: Builder, tickets: SelectQueryBuilder<Tables, T, { id: string }>) {
  const chosen = db.selectFrom(tickets.as('chosen'));
  const own = chosen
    .crossJoin('search_texts as texts')
    .select('texts.id')
    .whereRef('texts.source_id', '=', 'chosen.id');
  const ofMessages = chosen
    .crossJoin('messages')
    .crossJoin('search_texts as texts')
    .select('texts.id')
    .whereRef('messages.ticket_id', '=', 'chosen.id')
    .whereRef('texts.source_id', '=', 'messages.id');
  const ofNotes = chosen
    .crossJoin('notes')
    .crossJoin('search_texts as texts')
    .select('texts.id')
    .whereRef('notes.ticket_id', '=', 'chosen.id')
    .whereRef('texts.source_id', '=', 'notes.id');
  return own.unionAll(ofMessages).unionAll(ofNotes);
}
