import { hasOwnFiles } from '../../files/attach-files.js';
import { addMessage } from '../../messages/add-message.js';
import { listMessages } from '../../messages/list-messages.js';
import { addMessageInput, addMessageOutput, listMessagesInput, listMessagesOutput } from '../../messages/schemas.js';
import { reading, writing } from '../../procedure/scope.js';
import { agentProcedure, router } from '../../procedure/trpc.js';

export const deskMessagesRouter = router({
  reply: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/tickets/{ticketId}/replies',
        operationId: 'replyToTicket',
        summary: 'Reply to Customer',
        description: 'Answer the customer. An open ticket is in progress from then on; who has it stays as it is.',
        tags: ['Desk'],
        successDescription: 'The reply is stored, and its customer sees it',
      },
      invalid: 'Invalid message',
      errors: ['NOT_FOUND', 'TICKET_CLOSED', 'TICKET_FULL'],
    })
    .input(addMessageInput)
    .output(addMessageOutput)
    .mutation(writing(addMessage, { several: hasOwnFiles })),

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
