import { reading } from '../../procedure/scope.js';
import { agentProcedure } from '../../procedure/trpc.js';
import { countQueue } from './count-queue.js';
import { listQueue } from './list-queue.js';
import { countQueueInput, countQueueOutput, listQueueInput, listQueueOutput } from './schemas.js';

/** Part of `desk.tickets`: see there. */
export const queueProcedures = {
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tickets',
        operationId: 'listQueue',
        summary: 'List the Queue',
        description: "All customers' tickets that match every filter, in one of four orders.",
        tags: ['Desk'],
        successDescription: 'One page of the tickets',
      },
    })
    .input(listQueueInput)
    .output(listQueueOutput)
    .query(reading(listQueue)),

  counts: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tickets/counts',
        operationId: 'countQueue',
        summary: 'Count the Queue',
        description: 'How many tickets there are in each status.',
        tags: ['Desk'],
        successDescription: 'The numbers as they are now',
      },
    })
    .input(countQueueInput)
    .output(countQueueOutput)
    .query(reading(countQueue)),
};
