import { Autocomplete } from '@base-ui/react/autocomplete';
import { useState } from 'react';
import { Modal } from '../ui/modal.js';
import { t } from '../words/words.js';
import styles from './command-bar.module.css';
import { type Command, currentCommands, type Group } from './commands.js';

interface CommandBarProps {
  open: boolean;
  onClose(): void;
  onSearch(text: string): void;
}

const GROUPS: readonly Group[] = ['ticket', 'move', 'view', 'console'];

/** Everything that can be done now, by typing a part of its name; and the search for what is typed. */
export function CommandBar({ open, onClose, onSearch }: CommandBarProps) {
  return (
    <Modal title={t.keys.bar} open={open} onClose={onClose} look="bar">
      {open && <Commands onClose={onClose} onSearch={onSearch} />}
    </Modal>
  );
}

function Commands({ onClose, onSearch }: Omit<CommandBarProps, 'open'>) {
  const [typed, type] = useState('');
  const [commands] = useState(currentCommands);
  const text = typed.trim();
  const wanted = text.toLocaleLowerCase();
  const search: Command[] =
    text === '' ? [] : [{ id: 'search', label: t.keys.searchFor(text), group: 'console', run: () => onSearch(text) }];
  const found = GROUPS.flatMap((group) => commands.filter((command) => command.group === group)).filter(({ label }) =>
    label.toLocaleLowerCase().includes(wanted),
  );
  const run = (command: Command) => {
    onClose();
    // After the dialog has given the focus back: what runs may move it.
    setTimeout(() => command.run());
  };
  return (
    <Autocomplete.Root
      open
      inline
      items={[...found, ...search]}
      filter={null}
      autoHighlight="always"
      keepHighlight
      value={typed}
      onValueChange={type}
      itemToStringValue={({ label }: Command) => label}
    >
      <Autocomplete.Input className={styles.input} placeholder={t.keys.barHint} aria-label={t.keys.bar} />
      <Autocomplete.List className={styles.list}>
        {(command: Command) => (
          <Autocomplete.Item key={command.id} value={command} className={styles.item} onClick={() => run(command)}>
            <span>{command.label}</span>
            <span className={styles.group}>{t.keys.groups[command.group]}</span>
            {command.key && <kbd>{t.keys.name(command.key)}</kbd>}
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
