import { hasOwnFiles } from '../../files/attach-files.js';
import type { Meta } from '../../procedure/meta.js';
import { reading, transacting, writing } from '../../procedure/scope.js';
import { agentProcedure, router } from '../../procedure/trpc.js';
import { openTicket } from '../../tickets/create-ticket.js';
import { createTicketOutput } from '../../tickets/schemas.js';
import { listTicketEvents } from '../history/list-events.js';
import { eventsOutput, listTicketEventsInput } from '../history/schemas.js';
import { queueProcedures } from '../queue/router.js';
import { assignTicket, takeTicket, unassignTicket } from './assign-ticket.js';
import { bulkChange } from './bulk-change.js';
import { getDeskTicket } from './get-ticket.js';
import {
  assignTicketInput,
  bulkChangeInput,
  bulkChangeOutput,
  getDeskTicketOutput,
  openTicketInput,
  resolveTicketInput,
  ticketInput,
  ticketState,
  updateTicketInput,
} from './schemas.js';
import { resolveTicket, updateTicket } from './update-ticket.js';

const invalid = 'Invalid ticket data';

type OpenApi = NonNullable<Meta['openapi']>;

/** What all of these say alike. */
function openapi(method: OpenApi['method'], path: OpenApi['path'], rest: Omit<OpenApi, 'method' | 'path' | 'tags'>) {
  return { method, path, tags: ['Desk'], ...rest };
}

export const deskTicketsRouter = router({
  ...queueProcedures,

  create: agentProcedure
    .meta({
      openapi: openapi('POST', '/desk/tickets', {
        operationId: 'openTicket',
        summary: 'Open Ticket for a Customer',
        description: 'Open a ticket that is a customer’s own, as after a call or by a mail gateway.',
        successDescription: 'The ticket is open, and the customer’s',
      }),
      invalid,
    })
    .input(openTicketInput)
    .output(createTicketOutput)
    .mutation(writing(openTicket, { several: hasOwnFiles })),

  get: agentProcedure
    .meta({
      openapi: openapi('GET', '/desk/tickets/{ticketId}', {
        operationId: 'getDeskTicket',
        summary: 'Get Ticket for the Desk',
        description: 'All that the desk knows of a ticket: conversation, internal notes, waiting times, version.',
        successDescription: 'The ticket, its conversation and its notes',
      }),
      errors: ['NOT_FOUND'],
    })
    .input(ticketInput)
    .output(getDeskTicketOutput)
    .query(reading(getDeskTicket)),

  events: agentProcedure
    .meta({
      openapi: openapi('GET', '/desk/tickets/{ticketId}/events', {
        operationId: 'listTicketEvents',
        summary: 'Get Ticket History',
        description: 'Every change of one ticket, oldest first.',
        successDescription: 'What happened after the cursor, and where to go on',
      }),
      errors: ['NOT_FOUND'],
    })
    .input(listTicketEventsInput)
    .output(eventsOutput)
    .query(reading(listTicketEvents)),

  take: agentProcedure
    .meta({
      openapi: openapi('POST', '/desk/tickets/{ticketId}/take', {
        operationId: 'takeTicket',
        summary: 'Take Ticket',
        description:
          'Assign a ticket to yourself and start the work. One that somebody else has is a 409 that says who.',
        successDescription: 'The ticket is yours',
      }),
      errors: ['NOT_FOUND', 'TICKET_TAKEN', 'INVALID_TRANSITION'],
    })
    .input(ticketInput)
    .output(ticketState)
    .mutation(transacting(takeTicket)),

  assign: agentProcedure
    .meta({
      openapi: openapi('POST', '/desk/tickets/{ticketId}/assign', {
        operationId: 'assignTicket',
        summary: 'Assign Ticket',
        description: 'Assign a ticket to an agent, or hand it over, whoever has it.',
        successDescription: 'The ticket is theirs',
      }),
      invalid,
      errors: ['NOT_FOUND', 'INVALID_TRANSITION'],
    })
    .input(assignTicketInput)
    .output(ticketState)
    .mutation(transacting(assignTicket)),

  unassign: agentProcedure
    .meta({
      openapi: openapi('POST', '/desk/tickets/{ticketId}/unassign', {
        operationId: 'unassignTicket',
        summary: 'Unassign Ticket',
        description: 'Put a ticket back for anybody to take. Its status stays.',
        successDescription: 'The ticket is nobody’s',
      }),
      errors: ['NOT_FOUND', 'INVALID_TRANSITION'],
    })
    .input(ticketInput)
    .output(ticketState)
    .mutation(transacting(unassignTicket)),

  update: agentProcedure
    .meta({
      openapi: openapi('PATCH', '/desk/tickets/{ticketId}', {
        operationId: 'updateTicket',
        summary: 'Change Ticket',
        description: 'Change priority, category or status. With `version`, only if the ticket still has that one.',
        successDescription: 'The ticket as it is now',
      }),
      invalid,
      errors: ['NOT_FOUND', 'INVALID_TRANSITION', 'VERSION_CONFLICT'],
    })
    .input(updateTicketInput)
    .output(ticketState)
    .mutation(transacting(updateTicket)),

  resolve: agentProcedure
    .meta({
      openapi: openapi('POST', '/desk/tickets/{ticketId}/resolve', {
        operationId: 'resolveTicket',
        summary: 'Resolve Ticket',
        description: 'Say that a ticket is resolved, and how. Resolving it again changes nothing.',
        successDescription: 'The ticket is resolved',
      }),
      invalid,
      errors: ['NOT_FOUND', 'INVALID_TRANSITION'],
    })
    .input(resolveTicketInput)
    .output(ticketState)
    .mutation(transacting(resolveTicket)),

  bulk: agentProcedure
    .meta({
      openapi: openapi('POST', '/desk/tickets/bulk', {
        operationId: 'changeTickets',
        summary: 'Change Many Tickets',
        description:
          'Make one change on up to 100 tickets. Each is changed whole or not at all, with a result of its own.',
        successDescription: 'A result for each ticket, in the order in which they were sent',
      }),
      invalid,
    })
    .input(bulkChangeInput)
    .output(bulkChangeOutput)
    .mutation(transacting(bulkChange, { long: true })),
});
