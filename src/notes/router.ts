import { writing } from '../procedure/scope.js';
import { agentProcedure, router } from '../procedure/trpc.js';
import { addNote } from './add-note.js';
import { addNoteInput, note } from './schemas.js';

export const notesRouter = router({
  add: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/tickets/{ticketId}/notes',
        operationId: 'addNote',
        summary: 'Add Internal Note',
        description: 'Write something that only agents see, on a ticket of any status.',
        tags: ['Desk'],
        successDescription: 'The note is stored',
      },
      invalid: 'Invalid note',
      errors: ['NOT_FOUND'],
    })
    .input(addNoteInput)
    .output(note)
    .mutation(writing(addNote)),
});
