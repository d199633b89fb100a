import { z } from 'zod';
import { subjectId } from '../schema/id-fields.js';
import { pageFields, withOnePlace } from '../schema/pagination.js';
import { timestamp } from '../schema/time.js';
import { filterFields } from '../tickets/filter-fields.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../tickets/lifecycle.js';

/** A year. */
const MAX_MINUTES = 525_600;
const minutes = (what: string, max = MAX_MINUTES) => {
  const range = `Must be a whole number from 0 to ${max}`;
  return z.int({ error: range }).min(0, { error: range }).max(max, { error: range }).meta({ description: what });
};
const firstResponseMinutes = minutes('From the opening of a ticket to the first answer; 0: no target');
const resolutionMinutes = minutes('From the opening of a ticket to its resolution; 0: no target');

const HIGH = { priority: 'High', firstResponseMinutes: 240, resolutionMinutes: 1440 };

export const slaTarget = z
  .strictObject({ priority: z.enum(TICKET_PRIORITIES), firstResponseMinutes, resolutionMinutes })
  .meta({ id: 'SlaTarget', examples: [HIGH] });

export const listSlaTargetsInput = z.strictObject({}).optional();
export const listSlaTargetsOutput = z.array(slaTarget).meta({ examples: [[HIGH]] });

export const setSlaTargetInput = z
  .strictObject({
    priority: subjectId.meta({ description: 'Low, Medium, High or Critical' }),
    firstResponseMinutes,
    resolutionMinutes,
  })
  .meta({ examples: [{ firstResponseMinutes: 240, resolutionMinutes: 1440 }] });

/** Of a ticket. */
export const dueTimes = {
  firstResponseDueAt: timestamp.nullable().meta({
    description:
      'Until when the desk is to answer; null: it has, the ticket is resolved or closed, or there is no target',
  }),
  resolutionDueAt: timestamp.nullable().meta({
    description: 'Until when it is to be resolved; null: it is resolved or closed, or there is no target',
  }),
};

export const listSlaBreachesInput = withOnePlace(
  z.strictObject({
    within: minutes('Also what is to be breached in so many minutes', 43_200).default(60),
    ...filterFields,
    ...pageFields,
  }),
  'page',
).default({ within: 60, limit: 20 });

export const slaBreach = z
  .strictObject({
    ticketId: z.string(),
    subject: z.string(),
    status: z.enum(TICKET_STATUSES),
    priority: z.enum(TICKET_PRIORITIES),
    assignedAgent: z.string().nullable(),
    target: z.enum(['firstResponse', 'resolution']),
    dueAt: timestamp,
    breached: z.boolean().meta({ description: 'false: it is due soon' }),
  })
  .meta({ id: 'SlaBreach' });

export const listSlaBreachesOutput = z.array(slaBreach).meta({
  examples: [
    [
      {
        ticketId: 'ticket_123',
        subject: 'Unable to make payment',
        status: 'Open',
        priority: 'High',
        assignedAgent: null,
        target: 'firstResponse',
        dueAt: '2024-01-22T20:30:00Z',
        breached: true,
      },
    ],
  ],
});

export type SlaTarget = z.infer<typeof slaTarget>;
export type SetSlaTargetInput = z.infer<typeof setSlaTargetInput>;
export type ListSlaBreachesInput = z.infer<typeof listSlaBreachesInput>;
export type SlaBreach = z.infer<typeof slaBreach>;
