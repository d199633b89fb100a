import { reading, transacting } from '../../procedure/scope.js';
import { agentProcedure, router } from '../../procedure/trpc.js';
import { changeView } from './change-view.js';
import { createView } from './create-view.js';
import { deleteView } from './delete-view.js';
import { listViews } from './list-views.js';
import { orderViews } from './order-views.js';
import {
  changeViewInput,
  createViewInput,
  deleteViewInput,
  deleteViewOutput,
  listViewsInput,
  listViewsOutput,
  orderViewsInput,
  view,
} from './schemas.js';

const tags = ['Desk views'];
const missing = 'View not found';

export const viewsRouter = router({
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/views',
        operationId: 'listViews',
        summary: 'Get Saved Views',
        description: 'Your own views of the queue, and after them those that are shared.',
        tags,
        successDescription: 'All of them, in their order',
      },
    })
    .input(listViewsInput)
    .output(listViewsOutput)
    .query(reading(listViews)),

  create: agentProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/views',
        operationId: 'createView',
        summary: 'Save View',
        description: 'Keep filters and an order of the queue under a name, for yourself or for the whole desk.',
        tags,
        successDescription: 'The view is saved, at the end of its list',
      },
      errors: ['NAME_TAKEN', 'TOO_MANY_VIEWS'],
    })
    .input(createViewInput)
    .output(view)
    .mutation(transacting(createView)),

  order: agentProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/desk/views/order',
        operationId: 'orderViews',
        summary: 'Order Views',
        description: 'Put your own views into another order; as an admin, also the shared ones.',
        tags,
        successDescription: 'All views, in the new order',
      },
      errors: ['VIEWS_CHANGED'],
    })
    .input(orderViewsInput)
    .output(listViewsOutput)
    .mutation(transacting(orderViews)),

  change: agentProcedure
    .meta({
      openapi: {
        method: 'PATCH',
        path: '/desk/views/{viewId}',
        operationId: 'changeView',
        summary: 'Change View',
        description: 'Give a view another name, filters or order, share it, or share it no more.',
        tags,
        successDescription: 'The view as it is now',
      },
      missing,
      errors: ['NOT_FOUND', 'NAME_TAKEN', 'TOO_MANY_VIEWS'],
    })
    .input(changeViewInput)
    .output(view)
    .mutation(transacting(changeView)),

  delete: agentProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/desk/views/{viewId}',
        operationId: 'deleteView',
        summary: 'Delete View',
        description: 'Delete a view. Its tickets stay as they are.',
        tags,
        successDescription: 'The view is gone',
      },
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(deleteViewInput)
    .output(deleteViewOutput)
    .mutation(transacting(deleteView)),
});
