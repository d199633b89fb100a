import { z } from 'zod';
import { text, userIdFilter } from '../schema/text.js';
import { TICKET_PRIORITIES } from './lifecycle.js';

const oneOf = `Must be one of: ${TICKET_PRIORITIES.join(', ')}`;

/** Filters of several lists of the desk's, that they mean the same in each. */
export const filterFields = {
  priority: z
    .array(z.enum(TICKET_PRIORITIES, { error: oneOf }), { error: 'Must be a list' })
    .max(TICKET_PRIORITIES.length, { error: `Must be at most ${TICKET_PRIORITIES.length}` })
    .meta({ description: 'Of one of these priorities', examples: [['High', 'Critical']] })
    .optional(),
  categoryId: text({ max: 255 }).meta({ description: 'In this category' }).optional(),
  assignee: userIdFilter().meta({ description: 'Assigned to this agent; `me` is yourself' }).optional(),
  unassigned: z
    .boolean({ error: 'Must be true or false' })
    .meta({ description: 'true: nobody has it; false: somebody has' })
    .optional(),
};
