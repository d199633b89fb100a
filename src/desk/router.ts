import { deskCategoriesRouter } from '../categories/desk-router.js';
import { figuresRouter } from '../figures/router.js';
import { macrosRouter } from '../macros/router.js';
import { notesRouter } from '../notes/router.js';
import { presenceRouter } from '../presence/router.js';
import { router } from '../procedure/trpc.js';
import { profilesRouter } from '../profiles/router.js';
import { ratingsRouter } from '../ratings/router.js';
import { slaRouter } from '../sla/router.js';
import { tagsRouter } from '../tags/router.js';
import { webhooksRouter } from '../webhooks/router.js';
import { deskEventsRouter } from './history/router.js';
import { searchRouter } from './search/router.js';
import { viewsRouter } from './views/router.js';
import { deskMessagesRouter } from './work/messages-router.js';
import { deskTicketsRouter } from './work/router.js';

/** The agents' side: a table of contents. */
export const deskRouter = router({
  tickets: deskTicketsRouter,
  messages: deskMessagesRouter,
  notes: notesRouter,
  tags: tagsRouter,
  macros: macrosRouter,
  search: searchRouter,
  views: viewsRouter,
  sla: slaRouter,
  figures: figuresRouter,
  ratings: ratingsRouter,
  categories: deskCategoriesRouter,
  events: deskEventsRouter,
  presence: presenceRouter,
  profiles: profilesRouter,
  webhooks: webhooksRouter,
});
