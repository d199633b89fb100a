import { AppError } from '../errors/app-error.js';

/** The refusal of a `categoryId` that names no active category. */
export function categoryNotActive(): AppError {
  return new AppError('BAD_REQUEST', {
    details: [{ path: 'categoryId', message: 'Must be the id of an active category: see GET /support/categories' }],
  });
}
