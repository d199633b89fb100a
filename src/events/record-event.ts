import { type Dialect, Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import type { EventType } from './event-types.js';

interface EventSql {
  type: EventType;
  /** SQL of the ticket's id, of the actor, and of the time. */
  ticketId: string;
  actor: string;
  at: string;
  /** SQL of JSON: see Dialect.jsonObject(). */
  before: string;
  after: string;
  /** SQL of a condition without which there is no such event. */
  when?: string;
  /** The links of the chain that the others name: see WriteChain. */
  from: string[];
}

const COLUMNS = 'transaction_id, ticket_id, type, actor, before, after, created_at';

/** Where an event stands in the feed, before its id. Under the ticket's lock: see the migration. */
const position = ({ engine }: Dialect) => (engine === 'postgresql' ? 'event_position()' : '0');

/**
 * A link of a WriteChain that writes events: for what a customer does, so that it stays one statement. Those of one change are
 * written by one `INSERT`, so that their ids are in this order.
 */
export function eventLink(dialect: Dialect, ...events: EventSql[]): string {
  const rows = events.map(
    ({ type, ticketId, actor, at, before, after, when, from }) => `
    SELECT ${position(dialect)}, ${ticketId}, '${type}', ${actor}, ${before}, ${after}, ${at} ${dialect.from(...from)}
    ${when === undefined ? '' : `WHERE ${when}`}`,
  );
  return `INSERT INTO events (${COLUMNS}) ${rows.join(' UNION ALL ')}`;
}

type NewEvent = Record<'ticketId' | 'type' | 'actor' | 'before' | 'after', string> & { at: Date };

const insertEvent = new Statement<NewEvent>('insert event', (dialect) => {
  const json = (name: string) => (dialect.engine === 'postgresql' ? `CAST(${name} AS jsonb)` : name);
  return `INSERT INTO events (${COLUMNS})
    VALUES (${position(dialect)}, :ticketId, :type, :actor, ${json(':before')}, ${json(':after')}, :at)`;
});

export interface RecordedEvent {
  ticketId: string;
  type: EventType;
  /** The fields that changed, as they were and as they are now; for what was added, its id in `after`. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** When; the clock's now by default. Of a change that moves `updatedAt`: that. */
  at?: Date;
}

/**
 * Writes one event, of what the principal did, in the transaction of the change that it tells of. Change the ticket first, or lock its row: then the
 * feed has its events in the order in which they happened.
 */
export async function recordEvent(
  { sql, principal, clock }: Pick<WriteScope, 'sql' | 'principal' | 'clock'>,
  { ticketId, type, before = {}, after = {}, at }: RecordedEvent,
): Promise<void> {
  await sql.run(insertEvent, {
    ticketId,
    type,
    actor: principal.userId,
    before: JSON.stringify(before),
    after: JSON.stringify(after),
    at: at ?? clock.now(),
  });
}
