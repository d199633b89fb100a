import { hasOwnFiles } from '../files/attach-files.js';
import { reading, writing } from '../procedure/scope.js';
import { customerProcedure, router } from '../procedure/trpc.js';
import { addMessage } from './add-message.js';
import { listMessages } from './list-messages.js';
import { addMessageInput, addMessageOutput, listMessagesInput, listMessagesOutput } from './schemas.js';

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
      errors: ['NOT_FOUND', 'TICKET_CLOSED', 'TICKET_FULL'],
    })
    .input(addMessageInput)
    .output(addMessageOutput)
    .mutation(writing(addMessage, { several: hasOwnFiles })),

  list: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/tickets/{ticketId}/messages',
        operationId: 'listMessages',
        summary: 'Get Ticket Messages',
        description: 'Read a conversation in pages: the newest first, then what is older, or newer again.',
        tags: ['Messages'],
        successDescription: 'One page of the messages, and where to go on',
      },
      errors: ['NOT_FOUND'],
    })
    .input(listMessagesInput)
    .output(listMessagesOutput)
    .query(reading(listMessages)),
});
