import { fold } from '../schema/fold.js';

interface Named {
  readonly name: string;
}

/** Of no language: English is what Unicode's root order is. The host's own would be another on each host. */
const ORDER = new Intl.Collator('en', { numeric: true });

/** As people order names: `Änderung` before `Zahlung`, `Step 9` before `Step 10`. */
export function inOrderOfNames(a: Named, b: Named): number {
  return ORDER.compare(a.name, b.name) || (a.name < b.name ? -1 : Number(a.name > b.name));
}

/** Whether a name has this in it; case and accents don't count. */
export function hasInName(text: string): (named: Named) => boolean {
  const wanted = fold(text);
  return ({ name }) => fold(name).includes(wanted);
}
