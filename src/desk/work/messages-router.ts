import { listMessages } from '../../messages/list-messages.js';
import { addMessageOutput, listMessagesInput, listMessagesOutput } from '../../messages/schemas.js';
import { reading, writing } from '../../procedure/scope.js';
import { agentProcedure, router } from '../../procedure/trpc.js';
import { isLockedFirst, replyToTicket } from './reply-to-ticket.js';
import { replyInput } from './schemas.js';

export const deskMessagesRouter = router({
  reply: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/tickets/{ticketId}/replies',
        operationId: 'replyToTicket',
        summary: 'Reply to Customer',
        description:
          'Answer the customer. An open ticket is in progress from then on; who has it stays as it is. With `version`, only if the ticket still has that one.',
        tags: ['Desk'],
        successDescription: 'The reply is stored, and its customer sees it',
      },
      invalid: 'Invalid message',
      errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'TICKET_CLOSED', 'TICKET_FULL'],
    })
    .input(replyInput)
    .output(addMessageOutput)
    .mutation(writing(replyToTicket, { several: isLockedFirst })),

  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tickets/{ticketId}/messages',
        operationId: 'listDeskMessages',
        summary: 'Get Ticket Messages for the Desk',
        description: "Read any customer's conversation in pages: the newest first, then what is older, or newer again.",
        tags: ['Desk'],
        successDescription: 'One page of the messages, and where to go on',
      },
      errors: ['NOT_FOUND'],
    })
    .input(listMessagesInput)
    .output(listMessagesOutput)
    .query(reading(listMessages)),
});
