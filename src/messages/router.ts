import { writing } from '../procedure/scope.js';
import { customerProcedure, router } from '../procedure/trpc.js';
import { addMessage } from './add-message.js';
import { addMessageInput, addMessageOutput } from './schemas.js';

export const messagesRouter = router({
  add: customerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/support/tickets/{ticketId}/messages',
        operationId: 'addMessage',
        summary: 'Add Ticket Message',
        description: 'Add a message/reply to a support ticket. A message on a resolved ticket reopens it.',
        tags: ['Messages'],
        successDescription: 'The message is stored',
      },
      invalid: 'Invalid message',
      errors: ['NOT_FOUND', 'TICKET_CLOSED'],
    })
    .input(addMessageInput)
    .output(addMessageOutput)
    .mutation(writing(addMessage)),
});
