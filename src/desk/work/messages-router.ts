import { addMessage } from '../../messages/add-message.js';
import { addMessageInput, addMessageOutput } from '../../messages/schemas.js';
import { writing } from '../../procedure/scope.js';
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
      errors: ['NOT_FOUND', 'TICKET_CLOSED'],
    })
    .input(addMessageInput)
    .output(addMessageOutput)
    .mutation(writing(addMessage)),
});
