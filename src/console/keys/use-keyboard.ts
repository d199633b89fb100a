import { useLayoutEffect } from 'react';
import { Store } from '../../browser/store.js';
import { kept } from '../ui/kept.js';
import { currentCommands } from './commands.js';

const OFF_KEY = 'support-console.single-keys-off';

/** WCAG 2.1.4: who speaks to the computer, or has a cat, turns them off. */
export const singleKeys = new Store(kept.get(OFF_KEY) === null);

export function setSingleKeys(on: boolean): void {
  if (on) kept.remove(OFF_KEY);
  else kept.set(OFF_KEY, '1');
  singleKeys.set(on);
}

/** Where keys belong to what has the focus. */
const OWN_KEYS =
  'input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=menu]';

/** Runs commands by single keys: never while somebody types or composes, nor in a dialog or a list. */
export function useKeyboard(openBar: () => void): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
      const key = keyOf(event);
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === 'k') {
        event.preventDefault();
        openBar();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || !singleKeys.value || event.repeat) return;
      if (event.target instanceof Element && event.target.closest(OWN_KEYS) !== null) return;
      const command = currentCommands().find((one) => one.key === key);
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [openBar]);
}

/** The letter on the key where the layout has others: the shortcuts work in Greek, Cyrillic and Arabic. */
function keyOf({ key, code }: KeyboardEvent): string {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter !== undefined && /^[^\p{ASCII}]$/u.test(key)) return letter.toLowerCase();
  return key.length === 1 && key !== '?' && key !== '/' ? key.toLowerCase() : key;
}
