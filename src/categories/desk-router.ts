import { reading, transacting } from '../procedure/scope.js';
import { adminProcedure, agentProcedure, router } from '../procedure/trpc.js';
import { archiveCategory } from './archive-category.js';
import { changeCategory } from './change-category.js';
import { createCategory } from './create-category.js';
import { listDeskCategories } from './list-desk-categories.js';
import { orderCategories } from './order-categories.js';
import { restoreCategory } from './restore-category.js';
import {
  changeCategoryInput,
  createCategoryInput,
  deskCategory,
  listDeskCategoriesInput,
  listDeskCategoriesOutput,
  oneCategoryInput,
  orderCategoriesInput,
} from './schemas.js';

const tags = ['Desk categories'];
const missing = 'Category not found';

export const deskCategoriesRouter = router({
  list: agentProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/desk/categories',
        operationId: 'listDeskCategories',
        summary: 'Get All Categories',
        description: 'List all categories, the archived ones last.',
        tags,
        successDescription: 'The active categories in display order, then the archived ones',
      },
    })
    .input(listDeskCategoriesInput)
    .output(listDeskCategoriesOutput)
    .query(reading(listDeskCategories)),

  create: adminProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/categories',
        operationId: 'createCategory',
        summary: 'Create Category',
        description: 'Add a category at the end of the list.',
        tags,
        successDescription: 'The category takes tickets',
      },
      errors: ['NAME_TAKEN', 'TOO_MANY_CATEGORIES'],
    })
    .input(createCategoryInput)
    .output(deskCategory)
    .mutation(transacting(createCategory)),

  change: adminProcedure
    .meta({
      openapi: {
        method: 'PATCH',
        path: '/desk/categories/{categoryId}',
        operationId: 'changeCategory',
        summary: 'Change Category',
        description: 'Give a category another name or description.',
        tags,
        successDescription: 'The category as it is now',
      },
      missing,
      errors: ['NOT_FOUND', 'NAME_TAKEN'],
    })
    .input(changeCategoryInput)
    .output(deskCategory)
    .mutation(transacting(changeCategory)),

  order: adminProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/desk/categories/order',
        operationId: 'orderCategories',
        summary: 'Order Categories',
        description: 'Put the active categories into the order in which customers are to see them.',
        tags,
        successDescription: 'All categories, in the new order',
      },
      errors: ['CATEGORIES_CHANGED'],
    })
    .input(orderCategoriesInput)
    .output(listDeskCategoriesOutput)
    .mutation(transacting(orderCategories)),

  archive: adminProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/categories/{categoryId}/archive',
        operationId: 'archiveCategory',
        summary: 'Archive Category',
        description: 'Take no more tickets in a category. It stays on those that it has.',
        tags,
        successDescription: 'The category is archived',
      },
      missing,
      errors: ['NOT_FOUND'],
    })
    .input(oneCategoryInput)
    .output(deskCategory)
    .mutation(transacting(archiveCategory)),

  restore: adminProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/desk/categories/{categoryId}/restore',
        operationId: 'restoreCategory',
        summary: 'Restore Category',
        description: 'Let an archived category take tickets again, at the end of the list.',
        tags,
        successDescription: 'The category takes tickets',
      },
      missing,
      errors: ['NOT_FOUND', 'NAME_TAKEN', 'TOO_MANY_CATEGORIES'],
    })
    .input(oneCategoryInput)
    .output(deskCategory)
    .mutation(transacting(restoreCategory)),
});
