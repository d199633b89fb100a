import { AppError } from '../errors/app-error.js';
import { isSameName } from './fold.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * For those of which no two have the same name, as people take it: their names are few, and nothing for an index.
 *
 * @throws AppError NAME_TAKEN where another one has it, unless this one has exactly this name already.
 */
export function requireFreeName(known: readonly Named[], { id, name }: Named): void {
  if (known.some((one) => one.id === id && one.name === name)) return;
  if (known.some((one) => one.id !== id && isSameName(one.name, name))) throw new AppError('NAME_TAKEN');
}
