import { writing } from '../procedure/scope.js';
import { agentProcedure, router } from '../procedure/trpc.js';
import { beat } from './beat.js';
import { leave } from './leave.js';
import { beatInput, beatOutput, leaveInput, leaveOutput } from './schemas.js';

const tags = ['Desk presence'];
const path = '/desk/tickets/{ticketId}/presence';

export const presenceRouter = router({
  beat: agentProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path,
        operationId: 'beatPresence',
        summary: 'Be at a Ticket',
        description:
          'Say that you have a ticket before you, and whether you type: every 10 s, and at once when that changes. It holds for 30 s.',
        tags,
        successDescription: 'Who is at the ticket now, you among them',
      },
      errors: ['NOT_FOUND'],
    })
    .input(beatInput)
    .output(beatOutput)
    .mutation(writing(beat)),

  leave: agentProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path,
        operationId: 'leavePresence',
        summary: 'Leave a Ticket',
        description:
          'Say that you have a ticket no longer before you, so that others need not wait until it has expired.',
        tags,
        successDescription: 'You are not at the ticket',
      },
      errors: ['NOT_FOUND'],
    })
    .input(leaveInput)
    .output(leaveOutput)
    .mutation(writing(leave)),
});
