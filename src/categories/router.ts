import { reading } from '../procedure/scope.js';
import { customerProcedure, router } from '../procedure/trpc.js';
import { listCategories } from './list-categories.js';
import { listCategoriesInput, listCategoriesOutput } from './schemas.js';

export const categoriesRouter = router({
  list: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/categories',
        operationId: 'listCategories',
        summary: 'Get Support Categories',
        description: 'Get list of support ticket categories.',
        tags: ['Categories'],
        successDescription: 'The categories that take new tickets, in display order',
      },
    })
    .input(listCategoriesInput)
    .output(listCategoriesOutput)
    .query(reading(listCategories)),
});
