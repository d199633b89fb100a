import { reading, transacting } from '../procedure/scope.js';
import { agentProcedure, router } from '../procedure/trpc.js';
import { changeTags } from './change-tags.js';
import { listTags } from './list-tags.js';
import { changeTagsInput, listTagsInput, listTagsOutput, ticketTagsInput, ticketTagsOutput } from './schemas.js';
import { ticketTags } from './ticket-tags.js';

const tags = ['Desk tags'];

export const tagsRouter = router({
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tags',
        operationId: 'listTags',
        summary: 'Get Tags',
        description: 'The tags in use that begin with a prefix.',
        tags,
        successDescription: 'One page of them, in order',
      },
      paged: true,
    })
    .input(listTagsInput)
    .output(listTagsOutput)
    .query(reading(listTags)),

  get: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tickets/{ticketId}/tags',
        operationId: 'getTicketTags',
        summary: 'Get Tags of a Ticket',
        description: 'The tags of one ticket.',
        tags,
        successDescription: 'The tags, in order',
      },
      errors: ['NOT_FOUND'],
    })
    .input(ticketTagsInput)
    .output(ticketTagsOutput)
    .query(reading(ticketTags)),

  change: agentProcedure
    .meta({
      openapi: {
        method: 'PATCH',
        path: '/desk/tickets/{ticketId}/tags',
        operationId: 'changeTicketTags',
        summary: 'Change Tags of a Ticket',
        description: 'Add and remove tags. What is not named stays.',
        tags,
        successDescription: 'The tags as they are now',
      },
      errors: ['NOT_FOUND', 'TOO_MANY_TAGS'],
    })
    .input(changeTagsInput)
    .output(ticketTagsOutput)
    .mutation(transacting(changeTags)),
});
