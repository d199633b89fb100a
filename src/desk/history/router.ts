import { reading } from '../../procedure/scope.js';
import { agentProcedure, router } from '../../procedure/trpc.js';
import { listEvents } from './list-events.js';
import { eventsOutput, listEventsInput } from './schemas.js';

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
});
