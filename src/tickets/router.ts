import { hasOwnFiles } from '../files/attach-files.js';
import { reading, watching, writing } from '../procedure/scope.js';
import { streamOf } from '../procedure/stream-output.js';
import { customerProcedure, router } from '../procedure/trpc.js';
import { watchInput } from '../schema/watch.js';
import { closeTicket } from './close-ticket.js';
import { createTicket } from './create-ticket.js';
import { getTicket } from './get-ticket.js';
import { listTicketFiles } from './list-ticket-files.js';
import { listTickets } from './list-tickets.js';
import {
  closeTicketInput,
  closeTicketOutput,
  createTicketInput,
  createTicketOutput,
  getTicketInput,
  getTicketOutput,
  listTicketFilesInput,
  listTicketFilesOutput,
  listTicketsInput,
  listTicketsOutput,
  ticketStreamItem,
} from './schemas.js';
import { watchTickets } from './watch-tickets.js';

export const ticketsRouter = router({
  create: customerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/support/tickets',
        operationId: 'createTicket',
        summary: 'Create Support Ticket',
        description: 'Submit a new support ticket.',
        tags: ['Tickets'],
        successDescription: 'The ticket is open',
      },
      invalid: 'Invalid ticket data',
    })
    .input(createTicketInput)
    .output(createTicketOutput)
    .mutation(writing(createTicket, { several: hasOwnFiles })),

  list: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/tickets',
        operationId: 'listTickets',
        summary: 'Get Support Tickets',
        description: 'List support tickets for the authenticated user, newest first.',
        tags: ['Tickets'],
        successDescription: 'One page of the tickets',
      },
      paged: true,
    })
    .input(listTicketsInput)
    .output(listTicketsOutput)
    .query(reading(listTickets)),

  get: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/tickets/{ticketId}',
        operationId: 'getTicket',
        summary: 'Get Ticket Details',
        description:
          'Retrieve detailed information about a support ticket, with the newest 100 messages of its conversation, and at most 1 MiB of text.',
        tags: ['Tickets'],
        successDescription: 'The ticket and the newest part of its conversation',
      },
      partOf: '/support/tickets/{ticketId}/messages',
      errors: ['NOT_FOUND'],
    })
    .input(getTicketInput)
    .output(getTicketOutput)
    .query(reading(getTicket)),

  files: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/tickets/{ticketId}/files',
        operationId: 'listTicketFiles',
        summary: 'Get Ticket Files',
        description:
          'The files that are attached to a ticket and its messages, in pages; for the desk those of its notes, too.',
        tags: ['Files'],
        successDescription: 'One page of the files, and where to go on',
      },
      errors: ['NOT_FOUND'],
    })
    .input(listTicketFilesInput)
    .output(listTicketFilesOutput)
    .query(reading(listTicketFiles)),

  watch: customerProcedure
    .meta({
      stream: {
        path: '/support/events/stream',
        operationId: 'streamTicketChanges',
        summary: 'Stream Ticket Changes',
        description:
          "What happens to the user's own tickets, as server-sent events: kinds and ids of what there is to be read.",
        tags: ['Tickets'],
      },
    })
    .input(watchInput)
    .output(streamOf(ticketStreamItem))
    .subscription(watching(watchTickets)),

  close: customerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/support/tickets/{ticketId}/close',
        operationId: 'closeTicket',
        summary: 'Close Ticket',
        description: 'Close a support ticket. Closing it again answers with the first `closedAt`.',
        tags: ['Tickets'],
        successDescription: 'The ticket is closed',
      },
      errors: ['NOT_FOUND'],
    })
    .input(closeTicketInput)
    .output(closeTicketOutput)
    .mutation(writing(closeTicket)),
});
