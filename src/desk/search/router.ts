import { reading } from '../../procedure/scope.js';
import { agentProcedure, router } from '../../procedure/trpc.js';
import { searchInput, searchOutput } from './schemas.js';
import { searchTickets } from './search-tickets.js';

export const searchRouter = router({
  tickets: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/search',
        operationId: 'searchTickets',
        summary: 'Search Tickets',
        description: 'Full text over subjects, descriptions, messages and internal notes of all tickets, best first.',
        tags: ['Desk'],
        successDescription: 'One page of the tickets, with what was found in them',
      },
    })
    .input(searchInput)
    .output(searchOutput)
    .query(reading(searchTickets)),
});
