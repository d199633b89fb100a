import type { FeedEvent } from '../../live/feed-event.js';
import type { TicketPresence } from '../../live/live-presence.js';
import { presentAgentsOf } from '../../presence/present-agents.js';
import type { PresenceItem } from '../../presence/schemas.js';
import type { StreamId, WatchScope } from '../../procedure/scope.js';
import { encodeCursor, watchPlace } from '../../schema/cursor.js';
import { eventOf, feedPlace } from './list-events.js';
import type { DeskStreamItem, TicketEvent, WatchEventsInput } from './schemas.js';

/** Each is shaped once for all who watch. */
const shapedEvents = new WeakMap<FeedEvent, TicketEvent>();
const shapedPresence = new WeakMap<TicketPresence, PresenceItem>();

/**
 * The feed of listEvents() as it grows, from a place on or from now on: each event once, in the same order, with the cursor
 * after it as its id. Begins with `ready`, whose id is the place from which on nothing is missed. With `presence` also who is at which
 * ticket, as it is at first and whenever it changes, without an id: it is of the moment, and no place in the feed.
 *
 * @throws AppError BAD_REQUEST at the name that was sent, unless it has a cursor of the feed.
 */
export async function* watchEvents(
  { feed, presence, signal }: WatchScope,
  input: WatchEventsInput,
): AsyncGenerator<readonly [id: StreamId, item: DeskStreamItem]> {
  const follower = await feed.followAll(watchPlace(input, feedPlace));
  const present = input.presence ? presence.watch(() => follower.wake()) : undefined;
  signal.addEventListener('abort', () => follower.close(), { once: true });
  try {
    if (signal.aborted) return;
    yield [encodeCursor(follower.place), { type: 'ready', resumed: follower.resumed }];
    if (present !== undefined) follower.wake();
    for (let events = await follower.next(); events !== undefined; events = await follower.next()) {
      for (const event of events) yield [encodeCursor([event.position, event.eventId]), shapedOnce(event)];
      for (const ticket of present?.take() ?? []) yield [undefined, presenceOnce(ticket)];
    }
  } finally {
    present?.close();
    follower.close();
  }
}

function shapedOnce(event: FeedEvent): TicketEvent {
  const known = shapedEvents.get(event);
  if (known !== undefined) return known;
  const made = eventOf({ ...event, type: event.type as TicketEvent['type'] });
  shapedEvents.set(event, made);
  return made;
}

function presenceOnce(ticket: TicketPresence): PresenceItem {
  const known = shapedPresence.get(ticket);
  if (known !== undefined) return known;
  const made: PresenceItem = {
    type: 'presence',
    ticketId: ticket.ticketId,
    presence: presentAgentsOf(ticket.rows),
  };
  shapedPresence.set(ticket, made);
  return made;
}
