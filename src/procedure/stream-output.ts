import { isTrackedEnvelope, type TrackedEnvelope, tracked } from '@trpc/server';
import { type ZodType, z } from 'zod';

/** A value of a stream; without an id it is no place from which to resume. */
export type StreamValue = TrackedEnvelope<object> | object;

/** What each value of a stream must be, by the schema of the stream. */
const ITEMS = new WeakMap<ZodType, ZodType<object>>();
/** Values that were found good. All who watch the same are given the same: it is checked once. */
const CHECKED = new WeakMap<ZodType, WeakMap<object, object>>();

/** The output of a subscription: values of this shape, each with the id from which the stream can be resumed, or after one that has. */
export function streamOf<Item extends object>(item: ZodType<Item>) {
  const stream = z.custom<AsyncIterable<TrackedEnvelope<Item>, void, unknown>>();
  ITEMS.set(stream, item);
  CHECKED.set(item, new WeakMap());
  return stream;
}

/** The schema of the values of such an output. */
export function itemOf(output: ZodType | undefined): ZodType<object> {
  const item = output && ITEMS.get(output);
  if (item === undefined) throw new TypeError('A subscription without .output(streamOf(…))');
  return item;
}

/**
 * A value that a subscription has made.
 *
 * @throws ZodError where it is not what was documented.
 */
export function checkedItem(item: ZodType<object>, made: unknown): StreamValue {
  const value = isTrackedEnvelope<object>(made) ? made[1] : made;
  if (typeof value !== 'object' || value === null) throw new TypeError('A subscription gives objects');
  const known = CHECKED.get(item);
  const checked = known?.get(value) ?? item.parse(value);
  known?.set(value, checked);
  return isTrackedEnvelope<object>(made) ? tracked(made[0], checked) : checked;
}
