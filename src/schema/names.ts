import { nameKey } from './fold.js';

interface Named {
  readonly id: string;
  readonly name: string;
  /** null: not made yet. */
  readonly key: string | null;
}

/**
 * The keys of names that have none. Of several that people take for the same the first one gets it, unless another one has it
 * already: the others keep their names, and stay without a key until they are given another name, or it is free.
 */
export function missingKeys(all: readonly Named[]): { ids: string[]; keys: string[] } {
  const taken = new Set(all.map(({ key }) => key));
  const ids: string[] = [];
  const keys: string[] = [];
  for (const { id, name, key } of all) {
    const made = nameKey(name);
    if (key !== null || taken.has(made)) continue;
    taken.add(made);
    ids.push(id);
    keys.push(made);
  }
  return { ids, keys };
}
