import { z } from 'zod';
import { referredId, subjectId } from '../../schema/id-fields.js';
import { text } from '../../schema/text.js';
import { timestamp } from '../../schema/time.js';
import { queueFilters, queueSort } from '../queue/schemas.js';

/** Most views of a list: of one agent's own, and of the shared ones. */
export const MAX_VIEWS = 100;

const viewId = subjectId.meta({ description: 'View ID' });
const name = text({ max: 100 }).meta({ description: 'No two of a list have the same' });
const shared = z.boolean({ error: 'Must be true or false' });

/** What a view lets through: what the queue takes, and nothing else. */
export const viewFilters = z.strictObject(queueFilters).meta({ id: 'ViewFilters' });

const CARDS = {
  viewId: 'view_001',
  name: 'Urgent cards',
  shared: true,
  owner: 'agent_123',
  filters: { status: ['Open', 'In Progress'], priority: ['High', 'Critical'], tag: 'card' },
  sort: 'priority',
  updatedAt: '2024-01-22T16:30:00Z',
};

export const view = z
  .strictObject({
    viewId: z.string(),
    name: z.string(),
    shared: z.boolean().meta({ description: 'true: everybody at the desk has it; false: its owner alone' }),
    owner: z.string().meta({ description: 'Who made it' }),
    filters: viewFilters
      .nullable()
      .meta({ description: 'For `GET /desk/tickets`. null: this version does not know them' }),
    sort: queueSort,
    updatedAt: timestamp,
  })
  .meta({ id: 'SavedView', examples: [CARDS] });

export const listViewsInput = z.strictObject({}).optional();
export const listViewsOutput = z.array(view).meta({ examples: [[CARDS]] });

export const createViewInput = z
  .strictObject({
    name,
    filters: viewFilters.default({}).meta({ description: 'As `GET /desk/tickets` takes them' }),
    sort: queueSort.default('waiting'),
    shared: shared.default(false).meta({ description: 'true: for everybody at the desk' }),
  })
  .meta({ examples: [{ name: CARDS.name, filters: CARDS.filters, sort: CARDS.sort, shared: true }] });

export const changeViewInput = z
  .strictObject({
    viewId,
    name: name.optional(),
    filters: viewFilters.meta({ description: 'In the place of all that it had' }).optional(),
    sort: queueSort.optional(),
    shared: shared
      .meta({ description: 'true: for everybody at the desk; false: for whoever made it alone' })
      .optional(),
  })
  .meta({ examples: [{ name: 'Cards', shared: false }] });

export const deleteViewInput = z.strictObject({ viewId });
export const deleteViewOutput = z
  .strictObject({ viewId: z.string() })
  .meta({ id: 'DeletedView', examples: [{ viewId: 'view_001' }] });

export const orderViewsInput = z
  .strictObject({
    shared: shared.default(false).meta({ description: 'true: the shared ones, by admins; false: your own' }),
    viewIds: z
      .array(referredId, { error: 'Must be an array of view ids' })
      .max(MAX_VIEWS, { error: `Must be at most ${MAX_VIEWS} view ids` })
      .meta({ description: 'Each of them once, in the new order' }),
  })
  .meta({ examples: [{ shared: false, viewIds: ['view_002', 'view_001'] }] });

export type View = z.infer<typeof view>;
export type ViewFilters = z.infer<typeof viewFilters>;
export type CreateViewInput = z.infer<typeof createViewInput>;
export type ChangeViewInput = z.infer<typeof changeViewInput>;
export type DeleteViewInput = z.infer<typeof deleteViewInput>;
export type DeletedView = z.infer<typeof deleteViewOutput>;
export type OrderViewsInput = z.infer<typeof orderViewsInput>;
