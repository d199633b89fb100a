import { accountRouter } from './account/router.js';
import { categoriesRouter } from './categories/router.js';
import { deskRouter } from './desk/router.js';
import { filesRouter } from './files/router.js';
import { messagesRouter } from './messages/router.js';
import { mergeRouters, router } from './procedure/trpc.js';
import { rateProcedure } from './ratings/router.js';
import { ticketsRouter } from './tickets/router.js';

export const appRouter = router({
  support: router({
    tickets: mergeRouters(ticketsRouter, router({ rate: rateProcedure })),
    messages: messagesRouter,
    categories: categoriesRouter,
    files: filesRouter,
    account: accountRouter,
  }),
  desk: deskRouter,
});

/** An interface, not an alias: editors show its name instead of unfolding every procedure. */
export interface AppRouter extends AppRouterType {}
type AppRouterType = typeof appRouter;
