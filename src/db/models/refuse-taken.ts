import { AppError, type ErrorCode } from '../../errors/app-error.js';

/**
 * Of a write by a model: refuses what a unique constraint refuses.
 *
 * @example await db.macro.create({ data }).catch(refuseTaken('NAME_TAKEN'))
 */
export function refuseTaken(code: ErrorCode): (error: unknown) => never {
  return (error) => {
    throw (error as { code?: unknown }).code === UNIQUE_VIOLATION ? new AppError(code, { cause: error }) : error;
  };
}

/** Prisma's code for it. */
const UNIQUE_VIOLATION = 'P2002';
