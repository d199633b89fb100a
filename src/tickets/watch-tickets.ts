import { z } from 'zod';
import type { FeedEvent } from '../live/feed-event.js';
import type { WatchScope } from '../procedure/scope.js';
import { encodeCursor, watchPlace } from '../schema/cursor.js';
import type { WatchInput } from '../schema/watch.js';
import { TICKET_CHANGES, type TicketChange, type TicketStreamItem } from './schemas.js';

/** Where an own change stands: by what its customer knows of it. Numbers of the feed would count what others do. */
const changePlace = z.tuple([z.string(), z.string(), z.enum(TICKET_CHANGES)]);
/** The place of a customer who has been told of nothing yet. */
const startPlace = z.tuple([z.literal('start')]);
const place = z.union([startPlace, changePlace]);

/**
 * What happens to the principal's own tickets, as far as they may see it: kinds and ids. Of what agents keep to themselves
 * (notes, tags, who has a ticket) there is nothing, not even a sign that it happened. Begins with `ready`: it goes on after the id that
 * was sent if that is recent, and otherwise says that the customer's tickets are to be read again.
 *
 * @throws AppError BAD_REQUEST at the name that was sent, unless it has an id of such a stream.
 */
export async function* watchTickets(
  { feed, principal, signal }: WatchScope,
  input: WatchInput,
): AsyncGenerator<readonly [id: string, item: TicketStreamItem]> {
  const sent = watchPlace(input, place);
  const isLast = sent?.length === 3 ? (event: FeedEvent) => encodePlace(event) === encodeCursor(sent) : undefined;
  const follower = await feed.followUser(principal.userId, isLast);
  signal.addEventListener('abort', () => follower.close(), { once: true });
  try {
    if (signal.aborted) return;
    const { resumed } = follower;
    yield [encodeCursor(resumed && sent ? sent : ['start']), { type: 'ready', resumed }];
    for (let events = await follower.next(); events !== undefined; events = await follower.next()) {
      for (const event of events) {
        const change = changeOf(event);
        const id = encodePlace(event);
        if (change !== undefined && id !== undefined) yield [id, change];
      }
    }
  } finally {
    follower.close();
  }
}

function encodePlace(event: FeedEvent): string | undefined {
  const change = changeOf(event);
  return change && encodeCursor([change.ticketId, event.createdAt, change.type]);
}

/** What its customer is told of an event. */
function changeOf({ type, ticketId, after }: FeedEvent): TicketChange | undefined {
  switch (type) {
    case 'ticket.created':
    case 'ticket.updated':
    case 'ticket.resolved':
    case 'ticket.reopened':
    case 'ticket.closed':
    case 'ticket.rated':
      return { type, ticketId };
    case 'message.added':
      return { type, ticketId, messageId: JSON.parse(after).messageId };
    // Who has it is the desk's affair; that the work has begun is not.
    case 'ticket.assigned':
      return 'status' in JSON.parse(after) ? { type: 'ticket.updated', ticketId } : undefined;
    default:
      return undefined;
  }
}
