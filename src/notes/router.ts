import { reading, transacting } from '../procedure/scope.js';
import { agentProcedure, router } from '../procedure/trpc.js';
import { addNote } from './add-note.js';
import { listNotes } from './list-notes.js';
import { addNoteInput, listNotesInput, listNotesOutput, note } from './schemas.js';

export const notesRouter = router({
  add: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/tickets/{ticketId}/notes',
        operationId: 'addNote',
        summary: 'Add Internal Note',
        description:
          'Write something that only agents see, on a ticket of any status. With `version`, only if the ticket still has that one.',
        tags: ['Desk'],
        successDescription: 'The note is stored',
      },
      invalid: 'Invalid note',
      errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'TICKET_FULL'],
    })
    .input(addNoteInput)
    .output(note)
    .mutation(transacting(addNote)),

  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/tickets/{ticketId}/notes',
        operationId: 'listNotes',
        summary: 'Get Internal Notes',
        description: 'Read the notes of a ticket in pages: the newest first, then what is older, or newer again.',
        tags: ['Desk'],
        successDescription: 'One page of the notes, and where to go on',
      },
      errors: ['NOT_FOUND'],
    })
    .input(listNotesInput)
    .output(listNotesOutput)
    .query(reading(listNotes)),
});
