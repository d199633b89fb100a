import { reading, transacting } from '../procedure/scope.js';
import { adminProcedure, agentProcedure, router } from '../procedure/trpc.js';
import { changeMacro } from './change-macro.js';
import { createMacro } from './create-macro.js';
import { deleteMacro } from './delete-macro.js';
import { listMacros } from './list-macros.js';
import { renderMacro } from './render-macro.js';
import {
  changeMacroInput,
  createMacroInput,
  deleteMacroInput,
  deleteMacroOutput,
  listMacrosInput,
  listMacrosOutput,
  macro,
  renderMacroInput,
  renderMacroOutput,
} from './schemas.js';

const tags = ['Desk macros'];
const missing = 'Macro not found';

export const macrosRouter = router({
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/macros',
        operationId: 'listMacros',
        summary: 'Get Saved Replies',
        description: 'List the saved replies by name, all or those whose name has a text in it.',
        tags,
        successDescription: 'One page of the saved replies',
      },
      paged: true,
    })
    .input(listMacrosInput)
    .output(listMacrosOutput)
    .query(reading(listMacros)),

  create: adminProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/macros',
        operationId: 'createMacro',
        summary: 'Create Saved Reply',
        description: 'Save a reply for all agents. A placeholder that is not known is refused.',
        tags,
        successDescription: 'The reply is saved',
      },
      errors: ['NAME_TAKEN', 'TOO_MANY_MACROS'],
    })
    .input(createMacroInput)
    .output(macro)
    .mutation(transacting(createMacro)),

  change: adminProcedure
    .meta({
      openapi: {
        method: 'PATCH',
        path: '/desk/macros/{macroId}',
        operationId: 'changeMacro',
        summary: 'Change Saved Reply',
        description: 'Give a saved reply another name or text.',
        tags,
        successDescription: 'The saved reply as it is now',
      },
      missing,
      errors: ['NOT_FOUND', 'NAME_TAKEN', 'TOO_MANY_MACROS'],
    })
    .input(changeMacroInput)
    .output(macro)
    .mutation(transacting(changeMacro)),

  delete: adminProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/desk/macros/{macroId}',
        operationId: 'deleteMacro',
        summary: 'Delete Saved Reply',
        description: 'Delete a saved reply. What was sent with it stays.',
        tags,
        successDescription: 'The saved reply is gone',
      },
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(deleteMacroInput)
    .output(deleteMacroOutput)
    .mutation(transacting(deleteMacro)),

  render: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/macros/{macroId}/render',
        operationId: 'renderMacro',
        summary: 'Fill in Saved Reply',
        description: 'A saved reply with its placeholders filled in for a ticket. Nothing is sent.',
        tags,
        successDescription: 'The text, ready to be sent',
      },
      missing,
      errors: ['NOT_FOUND', 'MACRO_TOO_LONG'],
    })
    .input(renderMacroInput)
    .output(renderMacroOutput)
    .query(reading(renderMacro)),
});
