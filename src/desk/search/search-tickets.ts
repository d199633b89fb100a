import { setImmediate as others } from 'node:timers/promises';
import { z } from 'zod';
import type { Db } from '../../db/sql/db.js';
import { dynamicQuery } from '../../db/sql/dynamic-query.js';
import { fragment } from '../../db/sql/kysely.js';
import type { RowOf } from '../../db/sql/row.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { ANALYSER } from '../../search/analyse.js';
import { findWorkingTime } from '../../sla/find-working-time.js';
import type { WorkingTime } from '../../sla/working-time.js';
import { type Asked, askedConditions, askedFilters, filterValues } from '../queue/filters.js';
import { isRare } from '../queue/list-queue.js';
import { queuedColumns, queuedTicketOf } from '../queue/queued-ticket.js';
import { excerpt, highlight } from './highlight.js';
import { type AskedMatches, askedMatches, MATCH_VALUES, matchesOf, matchValues, RANKED } from './matches.js';
import type { SearchInput, SearchPage } from './schemas.js';
import { scopeOf } from './scope.js';
import { type Term, termsOf } from './terms.js';
import { SHORT_BYTES, withTexts } from './texts-of-hits.js';

/**
 * Tickets in which one text (subject and description, a message, a note) has all terms: the best first, the newest of
 * equals first. Of several texts of a ticket the best one counts.
 *
 * @throws AppError BAD_REQUEST at `after` or `cursor` unless that is the `next` of a page.
 */
export async function searchTickets({ db, principal }: ReadScope, input: SearchInput): Promise<SearchPage> {
  const [skip] = placeAfter(input, cursor) ?? [0];
  const terms = termsOf(input.q);
  if (terms.length === 0) return { hits: [], next: null, complete: true };

  const tagIsRare = input.tag !== undefined && (await isRare(db, input.tag));
  const matches = askedMatches(terms, scopeOf(input, { tagIsRare }));
  const { status, priority } = input;
  const filters = { ...askedFilters(input), ...(status && { status }), ...(priority && { priority }) };
  const values = { ...filterValues(principal, input), ...matchValues(terms) };
  const rows = await db.rows(readPage({ matches, filters }), { ...values, take: input.limit + 1, skip });
  const { ranked, outdated } = rows[0] ?? (await db.row(countMatches(matches), values)) ?? NOTHING;
  const working = await findWorkingTime(db, rows[0]?.calendarRevision);
  return {
    hits: await hitsOf(withTexts(db, rows.slice(0, input.limit)), terms, working),
    next: rows.length > input.limit ? encodeCursor([skip + input.limit]) : null,
    complete: ranked < RANKED && outdated === 0,
  };
}

const NOTHING = { ranked: 0, outdated: 0 };

/** Long texts take their time to look through: as much as this at once, and then others get on. */
const AT_ONCE_MS = 5;

async function hitsOf(
  found: ReturnType<typeof withTexts<Found>>,
  terms: readonly Term[],
  working: WorkingTime,
): Promise<SearchPage['hits']> {
  const hits: SearchPage['hits'] = [];
  let since = performance.now();
  for await (const { in: kind, sourceId, content, bytes: _, writtenAt, ranked: __, outdated: ___, ...row } of found) {
    if (performance.now() - since > AT_ONCE_MS) {
      await others();
      since = performance.now();
    }
    hits.push({
      ticket: queuedTicketOf(row, working),
      in: kind,
      sourceId,
      subject: highlight(row.subject, terms),
      excerpt: excerpt(content, terms),
      writtenAt,
    });
  }
  return hits;
}

/** How many texts, at most one, have words of an older analyser, or of none. */
function outdatedTexts(db: Db) {
  const first = db
    .selectFrom('search_texts')
    .select(fragment.lit(1).as('one'))
    .where('analyser', '<', ANALYSER)
    .limit(1);
  return db
    .selectFrom(first.as('first_outdated'))
    .select((eb) => eb.fn.countAll<number>().as('outdated'))
    .$asScalar()
    .as('outdated');
}

/** How many texts were ranked. */
const countMatches = dynamicQuery(
  'search: count',
  MATCH_VALUES,
  (builder, asked: AskedMatches) =>
    builder.db
      .selectFrom(matchesOf(builder, asked).as('matches'))
      .select((eb) => [eb.fn.countAll<number>().as('ranked'), outdatedTexts(builder.db)]),
  { long: true },
);

/** A CROSS JOIN, as SQLite would else begin with the tickets of a status and look for each in what was found. */
const readPage = dynamicQuery(
  'search: page',
  { ...MATCH_VALUES, take: 'number', skip: 'number' },
  (builder, asked: { matches: AskedMatches; filters: Asked }) => {
    const { db, p } = builder;
    return db
      .with('matches', () => matchesOf(builder, asked.matches))
      .with('texts', (cte) =>
        cte.selectFrom('matches').select(({ fn }) => [
          'id as text_id',
          'score',
          'ticket_id',
          'source_id',
          'kind',
          fn
            .agg<number>('row_number')
            .over((over) => over.partitionBy('ticket_id').orderBy('score', 'desc').orderBy('id', 'desc'))
            .as('place'),
          fn.countAll<number>().over().as('ranked'),
        ]),
      )
      .with('page', (cte) =>
        cte
          .selectFrom('texts')
          .crossJoin('tickets')
          .selectAll('texts')
          .whereRef('tickets.id', '=', 'texts.ticket_id')
          .where('place', '=', 1)
          .where((eb) => eb.and(askedConditions(builder, asked.filters)))
          .orderBy('score', 'desc')
          .orderBy('text_id', 'desc')
          .limit(p.take)
          .offset(p.skip),
      )
      .selectFrom('page')
      .innerJoin('tickets', 'tickets.id', 'page.ticket_id')
      .leftJoin('messages', (on) => on.on('page.kind', '=', 'message').onRef('messages.id', '=', 'page.source_id'))
      .leftJoin('notes', (on) => on.on('page.kind', '=', 'note').onRef('notes.id', '=', 'page.source_id'))
      .select((eb) => {
        const content = eb.fn.coalesce('messages.content', 'notes.content', 'tickets.description');
        const bytes = eb.fn<number>('octet_length', [content]);
        return [
          ...queuedColumns(db),
          'page.kind as in',
          'page.source_id as sourceId',
          'ranked',
          outdatedTexts(db),
          eb.case().when(bytes, '<=', SHORT_BYTES).then(content).end().as('content'),
          bytes.as('bytes'),
          eb.fn.coalesce('messages.created_at', 'notes.created_at', 'tickets.created_at').as('writtenAt'),
        ];
      })
      .orderBy('score', 'desc')
      .orderBy('text_id', 'desc');
  },
  { long: true },
);

type Found = RowOf<ReturnType<typeof readPage>>;

const cursor = z.tuple([z.int().min(1).max(RANKED)]);
