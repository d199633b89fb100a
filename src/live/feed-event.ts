/** Where an event stands in the feed: see docs/decisions/0015-history.md. */
export type FeedPlace = readonly [position: number, eventId: number];

/** An event as the feed has it; `before` and `after` are JSON texts. Frozen: all who follow the feed have the same one. */
export interface FeedEvent {
  readonly position: number;
  readonly eventId: number;
  readonly ticketId: string;
  /** Whose ticket it is. */
  readonly userId: string;
  readonly type: string;
  readonly actor: string;
  readonly before: string;
  readonly after: string;
  readonly version: number | null;
  readonly createdAt: string;
}

export const BEGINNING: FeedPlace = [0, 0];

export function placeOf({ position, eventId }: FeedEvent): FeedPlace {
  return [position, eventId];
}

/** Less than 0: `one` comes before `other`. */
export function comparePlaces(one: FeedPlace, other: FeedPlace): number {
  return one[0] - other[0] || one[1] - other[1];
}
