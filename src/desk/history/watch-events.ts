import type { FeedEvent } from '../../live/feed-event.js';
import type { WatchScope } from '../../procedure/scope.js';
import { encodeCursor, watchPlace } from '../../schema/cursor.js';
import type { WatchInput } from '../../schema/watch.js';
import { eventOf, feedPlace } from './list-events.js';
import type { DeskStreamItem, TicketEvent } from './schemas.js';

/** Each is shaped once for all who watch. */
const shaped = new WeakMap<FeedEvent, TicketEvent>();

/**
 * The feed of listEvents() as it grows, from a place on or from now on: each event once, in the same order, with the cursor
 * after it as its id. Begins with `ready`, whose id is the place from which on nothing is missed.
 *
 * @throws AppError BAD_REQUEST at the name that was sent, unless it has a cursor of the feed.
 */
export async function* watchEvents(
  { feed, signal }: WatchScope,
  input: WatchInput,
): AsyncGenerator<readonly [id: string, item: DeskStreamItem]> {
  const follower = await feed.followAll(watchPlace(input, feedPlace));
  signal.addEventListener('abort', () => follower.close(), { once: true });
  try {
    if (signal.aborted) return;
    yield [encodeCursor(follower.place), { type: 'ready', resumed: follower.resumed }];
    for (let events = await follower.next(); events !== undefined; events = await follower.next()) {
      for (const event of events) yield [encodeCursor([event.position, event.eventId]), shapedOnce(event)];
    }
  } finally {
    follower.close();
  }
}

function shapedOnce(event: FeedEvent): TicketEvent {
  const known = shaped.get(event);
  if (known !== undefined) return known;
  const made = eventOf({ ...event, type: event.type as TicketEvent['type'] });
  shaped.set(event, made);
  return made;
}
