import { z } from 'zod';

const id = z.string({ error: 'Must be a string' }).max(1000, { error: 'Must be the id of an event of this stream' });

/** Where a stream goes on. */
export const watchFields = {
  after: id.meta({ description: 'The id after which to go on; absent: from now on' }).optional(),
  lastEventId: id
    .meta({ description: "`after`, under the name that tRPC's link gives it when it connects again; it comes first" })
    .optional(),
};
export const watchInput = z.strictObject(watchFields).default({});

/** How a stream begins. */
export const ready = z.strictObject({
  type: z.literal('ready'),
  resumed: z.boolean().meta({
    description:
      'It goes on after the id that was sent. false: it begins now, and what was shown before is to be read again',
  }),
});

export type WatchInput = z.infer<typeof watchInput>;
