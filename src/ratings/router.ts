import { reading, transacting } from '../procedure/scope.js';
import { agentProcedure, customerProcedure, router } from '../procedure/trpc.js';
import { getRating } from './get-rating.js';
import { listRatings } from './list-ratings.js';
import { rateTicket } from './rate-ticket.js';
import { getRatingInput, listRatingsInput, listRatingsOutput, rateTicketInput, rating } from './schemas.js';

const tags = ['Ratings'];

/** The requester's part, beside what else can be done with a ticket. */
export const rateProcedure = customerProcedure
  .meta({
    openapi: {
      method: 'POST',
      path: '/support/tickets/{ticketId}/rating',
      operationId: 'rateTicket',
      summary: 'Rate Ticket',
      description: 'Say how well a resolved or closed ticket was dealt with: its requester, once.',
      tags,
      successDescription: 'The rating is kept',
    },
    errors: ['NOT_FOUND', 'FORBIDDEN', 'NOT_RESOLVED', 'ALREADY_RATED'],
  })
  .input(rateTicketInput)
  .output(rating)
  .mutation(transacting(rateTicket));

export const ratingsRouter = router({
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/ratings',
        operationId: 'listRatings',
        summary: 'Get Ratings',
        description: 'What customers thought of how their tickets were dealt with, the newest first.',
        tags,
        successDescription: 'One page of the ratings',
      },
      paged: true,
    })
    .input(listRatingsInput)
    .output(listRatingsOutput)
    .query(reading(listRatings)),

  get: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tickets/{ticketId}/rating',
        operationId: 'getRating',
        summary: 'Get Rating',
        description: 'What the requester thought of a ticket.',
        tags,
        successDescription: 'The rating',
      },
      missing: 'Nobody has rated such a ticket',
      errors: ['NOT_FOUND'],
    })
    .input(getRatingInput)
    .output(rating)
    .query(reading(getRating)),
});
