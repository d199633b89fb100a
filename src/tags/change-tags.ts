import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import { recordEvent } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { annotateTicket } from '../tickets/event-time.js';
import { ticketNotFound, visibleTicket } from '../tickets/visible-ticket.js';
import { normalTag } from './normal-tag.js';
import { type ChangeTagsInput, MAX_TAGS, type TicketTags } from './schemas.js';

const OF_TICKET = { ticketId: 'tickets.id' } as const;
/** `tags`: a JSON array. */
const LISTED = { ...OF_TICKET, tags: 'text' } as const;

const lockTicket = query('lock ticket for tags', OF_TICKET, ({ db, p, lockRow }) =>
  db.selectFrom('tickets').select('version').where('id', '=', p.ticketId).$call(lockRow),
);
const selectTags = query('select tags of ticket', OF_TICKET, ({ db, p }) =>
  db.selectFrom('ticket_tags').select('tag').where('ticket_id', '=', p.ticketId).orderBy('tag'),
);
const insertTags = query('insert tags', LISTED, ({ db, p, listed, insertFrom }) =>
  insertFrom(db.selectFrom(listed(p.tags).as('listed')), 'ticket_tags', (tag) => ({
    tag: tag.ref('value'),
    ticket_id: p.ticketId,
  })),
);
const deleteTags = query('delete tags', LISTED, ({ db, p, listed }) =>
  db
    .deleteFrom('ticket_tags')
    .where('ticket_id', '=', p.ticketId)
    .where('tag', 'in', db.selectFrom(listed(p.tags).as('listed')).select('value')),
);

/**
 * Adds and removes tags. What is not named stays: two agents who tag a ticket at once lose nothing of each other's.
 * Customers don't see tags, and `updatedAt` stays. Without effect it is no change, and no event.
 *
 * @throws AppError NOT_FOUND; TOO_MANY_TAGS, and nothing is changed.
 */
export async function changeTags(scope: WriteScope, { ticketId, add, remove }: ChangeTagsInput): Promise<TicketTags> {
  const { db, principal, clock } = scope;
  const id = visibleTicket(principal, ticketId).ticketId;
  const ticket = await db.row(lockTicket, { ticketId: id });
  if (ticket === undefined) throw ticketNotFound();
  const tagsNow = async () => (await db.rows(selectTags, { ticketId: id })).map(({ tag }) => tag);

  const before = await tagsNow();
  const wanted = new Set(add.map(normalTag));
  const added = [...wanted].filter((tag) => !before.includes(tag));
  const unwanted = new Set(remove.map(normalTag));
  const removed = before.filter((tag) => unwanted.has(normalTag(tag)) && !wanted.has(tag));
  if (before.length + added.length - removed.length > MAX_TAGS) throw new AppError('TOO_MANY_TAGS');
  if (added.length + removed.length === 0) return { ticketId, tags: before, version: ticket.version };

  if (removed.length > 0) await db.run(deleteTags, { ticketId: id, tags: JSON.stringify(removed) });
  if (added.length > 0) await db.run(insertTags, { ticketId: id, tags: JSON.stringify(added) });
  const annotated = await db.row(annotateTicket, { ticketId: id, now: clock.now() });
  if (annotated === undefined) throw ticketNotFound();
  const tags = await tagsNow();
  const at = new Date(annotated.annotatedAt);
  await recordEvent(scope, { ticketId: id, type: 'ticket.tagged', before: { tags: before }, after: { tags }, at });
  return { ticketId, tags, version: annotated.version };
}
