import type { Time } from '../db/sql/column-types.js';
import type { Db } from '../db/sql/db.js';
import {
  type AliasableExpression,
  type AliasedExpression,
  type Expression,
  expressionBuilder,
  fragment,
  type SqlBool,
} from '../db/sql/kysely.js';
import type { ParamTypes } from '../db/sql/params.js';
import type { Writing } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import { lastResolver } from '../events/last-resolver.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../tickets/lifecycle.js';
import type { Measure } from './work.js';

/** From when until when something is counted: one row, or one for each part of a period. */
export interface Step {
  place: number;
  starts: Time;
  ends: Time;
}

type Steps = AliasedExpression<Step, 'steps'>;

/** Who answered the ticket at hand first; null where nobody has. */
function firstAnswerer(db: Db): AliasableExpression<string | null> {
  const ticket = expressionBuilder<Tables, 'tickets'>();
  return db
    .selectFrom('messages')
    .select('sender')
    .where('ticket_id', '=', ticket.ref('tickets.id'))
    .where('sender', '<>', ticket.ref('tickets.user_id'))
    .orderBy('position')
    .limit(1)
    .$asScalar();
}

/** For a column that others of a union fill. */
export const NO_NUMBER = fragment<number | null>`CAST(NULL AS integer)`;

function within(time: Expression<Time | null>): Expression<SqlBool> {
  const { ref } = expressionBuilder<{ steps: Step }, 'steps'>();
  return fragment<SqlBool>`${time} >= ${ref('steps.starts')} AND ${time} < ${ref('steps.ends')}`;
}

/**
 * What was answered, solved and rated in each step. Each range is walked in an index: on SQLite a cross join is a loop over the steps around
 * one over their tickets.
 */
export function doneIn<P extends ParamTypes>({ db, seconds, withinTime }: Writing<P>, steps: Steps) {
  const tickets = db.selectFrom(steps).crossJoin('tickets');
  const answered = tickets
    .select((eb) => [
      'place',
      fragment.lit<Measure>('answered').as('measure'),
      'category_id',
      seconds(eb.ref('created_at'), eb.ref('first_response_at')).as('value'),
      firstAnswerer(db).as('agent'),
      NO_NUMBER.as('score'),
    ])
    .where((eb) => within(eb.ref('first_response_at')))
    .where(withinTime);
  const solved = tickets
    .select((eb) => [
      'place',
      fragment.lit<Measure>('solved').as('measure'),
      'category_id',
      seconds(eb.ref('created_at'), eb.ref('resolved_at')).as('value'),
      lastResolver(db, eb.ref('tickets.id')).as('agent'),
      NO_NUMBER.as('score'),
    ])
    .where('status', 'in', ['Resolved', 'Closed'])
    .where((eb) => within(eb.ref('resolved_at')))
    .where(withinTime);
  const rated = db
    .selectFrom(steps)
    .crossJoin('ratings')
    .select((eb) => [
      'place',
      fragment.lit<Measure>('rated').as('measure'),
      eb
        .selectFrom('tickets')
        .select('category_id')
        .whereRef('id', '=', 'ratings.ticket_id')
        .$asScalar()
        .$notNull()
        .as('category_id'),
      'score as value',
      'agent',
      'score',
    ])
    .where((eb) => within(eb.ref('created_at')))
    .where(withinTime);
  return answered.unionAll(solved).unionAll(rated);
}

/** The tickets that were opened in each step. Every status and priority is named, as the index begins with them. */
export function openedIn<P extends ParamTypes>({ db, withinTime }: Writing<P>, steps: Steps) {
  return db
    .selectFrom(steps)
    .crossJoin('tickets')
    .where('status', 'in', TICKET_STATUSES)
    .where('priority', 'in', TICKET_PRIORITIES)
    .where((eb) => within(eb.ref('created_at')))
    .where(withinTime);
}
