import { z } from 'zod';
import { presentAgents } from '../../presence/schemas.js';
import { oneWayFields, withOnePlace } from '../../schema/pagination.js';
import { userIdFilter } from '../../schema/text.js';
import { instant, timestamp } from '../../schema/time.js';
import { dueTimes } from '../../sla/schemas.js';
import { tag } from '../../tags/schemas.js';
import { filterFields } from '../../tickets/filter-fields.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../../tickets/lifecycle.js';

const oneOf = (values: readonly string[]) => `Must be one of: ${values.join(', ')}`;
const status = z.enum(TICKET_STATUSES, { error: oneOf(TICKET_STATUSES) });
const priority = z.enum(TICKET_PRIORITIES, { error: oneOf(TICKET_PRIORITIES) });
const listOf = <T extends z.ZodType>(value: T, max: number) =>
  z.array(value, { error: 'Must be a list' }).max(max, { error: `Must be at most ${max}` });

/** Which tickets: all conditions hold at once; one that is absent lets every ticket through. */
export const ticketFilters = {
  status: listOf(status, 4)
    .meta({ description: 'In one of these statuses', examples: [['Open', 'In Progress']] })
    .optional(),
  ...filterFields,
  requester: userIdFilter().meta({ description: "This customer's" }).optional(),
  tag: tag.meta({ description: 'With this tag, in letters of either case' }).optional(),
};

/** Which tickets of the queue. */
export const queueFilters = {
  ...ticketFilters,
  createdFrom: instant.meta({ description: 'Created then or later' }).optional(),
  createdTo: instant.meta({ description: 'Created before' }).optional(),
  updatedFrom: instant.meta({ description: 'Changed last then or later' }).optional(),
  updatedTo: instant.meta({ description: 'Changed last before' }).optional(),
};

export const QUEUE_SORTS = ['waiting', 'priority', 'updated', 'created'] as const;
export type QueueSort = (typeof QUEUE_SORTS)[number];

export const queueSort = z.enum(QUEUE_SORTS, { error: oneOf(QUEUE_SORTS) }).meta({
  description:
    '`waiting`: who waits longest first, those nobody waits for last; `priority`: the most urgent first, then the oldest; `updated`: the last change first; `created`: the newest first',
});

export const listQueueInput = withOnePlace(
  z.strictObject({
    ...queueFilters,
    sort: queueSort.default('waiting'),
    ...oneWayFields,
  }),
  'after',
).default({ sort: 'waiting', limit: 20 });

export const queuedTicket = z
  .strictObject({
    ticketId: z.string(),
    subject: z.string(),
    status,
    priority,
    categoryId: z.string(),
    requester: z.string().meta({ description: 'The customer: `userId` of the ticket' }),
    assignedAgent: z.string().nullable(),
    messageCount: z.int(),
    version: z.int().meta({ description: 'Moves with every change, by whomever' }),
    waitingSince: timestamp.nullable().meta({ description: 'null: nobody waits for the desk' }),
    firstResponseAt: timestamp.nullable().meta({ description: 'null: the desk has not answered yet' }),
    ...dueTimes,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'QueuedTicket' });

export const EXAMPLE_TICKET = {
  ticketId: 'ticket_123',
  subject: 'Unable to make payment',
  status: 'Open',
  priority: 'High',
  categoryId: 'category_001',
  requester: 'user_123',
  assignedAgent: null,
  messageCount: 2,
  version: 3,
  waitingSince: '2024-01-22T16:30:00.000Z',
  firstResponseAt: null,
  firstResponseDueAt: '2024-01-22T20:30:00.000Z',
  resolutionDueAt: '2024-01-23T16:30:00.000Z',
  createdAt: '2024-01-22T16:30:00.000Z',
  updatedAt: '2024-01-23T09:00:00.000Z',
} as const;

export const listQueueOutput = z
  .strictObject({
    tickets: z.array(queuedTicket.extend({ presence: presentAgents }).meta({ id: 'QueueTicket' })),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `after` (or `cursor`) for what follows; null: nothing does' }),
  })
  .meta({
    id: 'QueuePage',
    examples: [
      { tickets: [{ ...EXAMPLE_TICKET, presence: [] }], next: 'WyJ3YWl0aW5nIiwiMjAyNC0wMS0yMlQxNjozMDowMC4wMDBaIl0' },
    ],
  });

const count = z.int().min(0);
const counts = z
  .strictObject({ total: count, unassigned: count, mine: count, waiting: count })
  .meta({ id: 'QueueCount' });

export const countQueueInput = z.strictObject({}).optional();
export const countQueueOutput = z
  .strictObject({
    Open: counts,
    'In Progress': counts,
    Resolved: counts,
    Closed: z.strictObject({ total: count }),
  })
  .meta({
    id: 'QueueCounts',
    examples: [
      {
        Open: { total: 12, unassigned: 9, mine: 1, waiting: 12 },
        'In Progress': { total: 30, unassigned: 0, mine: 4, waiting: 11 },
        Resolved: { total: 7, unassigned: 0, mine: 2, waiting: 0 },
        Closed: { total: 48_210 },
      },
    ],
  });

export type ListQueueInput = z.infer<typeof listQueueInput>;
export type QueuedTicket = z.infer<typeof queuedTicket>;
export type QueuePage = z.infer<typeof listQueueOutput>;
export type QueueCounts = z.infer<typeof countQueueOutput>;
export type TicketFilters = Pick<
  ListQueueInput,
  'status' | 'priority' | 'categoryId' | 'assignee' | 'unassigned' | 'requester' | 'tag'
>;
