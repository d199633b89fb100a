import type { ModelReads, ModelRow } from '../db/models/models.js';
import { AppError } from '../errors/app-error.js';
import { isStorable } from '../schema/text.js';
import type { Macro } from './schemas.js';

/** What of a saved reply is shown: for a `select`. */
export const SHOWN = { id: true, name: true, text: true, updatedAt: true } as const;

type Row = ModelRow<'macro', typeof SHOWN>;

export function toMacro({ id, name, text, updatedAt }: Row): Macro {
  return { macroId: id, name, text, updatedAt: updatedAt.toISOString() };
}

/** @throws AppError NOT_FOUND */
export async function findMacro({ macro }: Pick<ModelReads, 'macro'>, id: string): Promise<Row> {
  const found = isStorable(id) ? await macro.findUnique({ where: { id }, select: SHOWN }) : null;
  if (found === null) throw macroNotFound();
  return found;
}

export function macroNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'Macro not found' });
}
