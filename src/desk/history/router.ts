import { reading, watching } from '../../procedure/scope.js';
import { streamOf } from '../../procedure/stream-output.js';
import { agentProcedure, router } from '../../procedure/trpc.js';
import { listEvents } from './list-events.js';
import { deskStreamItem, eventsOutput, listEventsInput, watchEventsInput } from './schemas.js';
import { watchEvents } from './watch-events.js';

export const deskEventsRouter = router({
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/events',
        operationId: 'listEvents',
        summary: 'Get Events',
        description:
          'Every change of every ticket as one feed, in order and without gaps: keep `next`, and ask again for what came after.',
        tags: ['Desk'],
        successDescription: 'What happened after the cursor, and where to go on',
      },
    })
    .input(listEventsInput)
    .output(eventsOutput)
    .query(reading(listEvents)),

  watch: agentProcedure
    .meta({
      stream: {
        path: '/desk/events/stream',
        operationId: 'streamEvents',
        summary: 'Stream Events',
        description:
          'The feed of all events as it grows, as server-sent events: each once, in order, with the cursor after it as its id. With `presence` also who is at which ticket just now, without an id.',
        tags: ['Desk'],
      },
    })
    .input(watchEventsInput)
    .output(streamOf(deskStreamItem))
    .subscription(watching(watchEvents)),
});
