import { z } from 'zod';
import { subjectId } from '../schema/id-fields.js';
import { pageFields, withOnePlace } from '../schema/pagination.js';
import { text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';
import { ticketId } from '../tickets/schemas.js';
import { placeholderFault } from './placeholders.js';

const macroId = subjectId.meta({ description: 'Saved reply ID' });
const name = text({ max: 100 }).meta({ description: 'What agents find it by; no two have the same' });
const body = text({ max: 10_000, fault: placeholderFault }).meta({
  description:
    'The reply, with placeholders such as {{ticket.id}}, {{requester}} and {{agent}}; {{"{{"}} stands for {{ itself',
});

const LOOKING = {
  macroId: 'macro_001',
  name: 'We are looking into it',
  text: 'Thank you for writing about "{{ticket.subject}}". {{agent}} is looking into it.',
  updatedAt: '2024-01-22T16:30:00Z',
};

export const macro = z
  .strictObject({ macroId: z.string(), name: z.string(), text: z.string(), updatedAt: timestamp })
  .meta({ id: 'Macro', examples: [LOOKING] });

export const listMacrosInput = withOnePlace(
  z.strictObject({
    name: text({ max: 100 })
      .meta({ description: 'What their names have in them; case and accents don’t count' })
      .optional(),
    ...pageFields,
  }),
  'page',
).default({ limit: 20 });
export const listMacrosOutput = z.array(macro).meta({ examples: [[LOOKING]] });

export const createMacroInput = z
  .strictObject({ name, text: body })
  .meta({ examples: [{ name: LOOKING.name, text: LOOKING.text }] });

export const changeMacroInput = z
  .strictObject({ macroId, name: name.optional(), text: body.optional() })
  .meta({ examples: [{ name: 'In work' }] });

export const deleteMacroInput = z.strictObject({ macroId });
export const deleteMacroOutput = z
  .strictObject({ macroId: z.string() })
  .meta({ id: 'DeletedMacro', examples: [{ macroId: 'macro_001' }] });

export const renderMacroInput = z.strictObject({ macroId, ticketId }).meta({ examples: [{ ticketId: 'ticket_123' }] });
export const renderMacroOutput = z.strictObject({ text: z.string() }).meta({
  id: 'RenderedMacro',
  examples: [{ text: 'Thank you for writing about "Unable to make payment". agent_123 is looking into it.' }],
});

export type Macro = z.infer<typeof macro>;
export type ListMacrosInput = z.infer<typeof listMacrosInput>;
export type CreateMacroInput = z.infer<typeof createMacroInput>;
export type ChangeMacroInput = z.infer<typeof changeMacroInput>;
export type DeleteMacroInput = z.infer<typeof deleteMacroInput>;
export type DeletedMacro = z.infer<typeof deleteMacroOutput>;
export type RenderMacroInput = z.infer<typeof renderMacroInput>;
export type RenderedMacro = z.infer<typeof renderMacroOutput>;
