import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import { CheatSheet } from '../keys/cheat-sheet.js';
import { CommandBar } from '../keys/command-bar.js';
import { useCommands } from '../keys/commands.js';
import { useKeyboard } from '../keys/use-keyboard.js';
import { useDeskFeed } from '../live/desk-events.js';
import { useListEvents } from '../queue/use-queue.js';
import { t } from '../words/words.js';
import styles from './frame.module.css';
import { usePlaces } from './places.js';
import { TopBar } from './top-bar.js';
import { useOutboxEffects } from './use-outbox-effects.js';

/** What is there wherever one is: the bar, the commands, and the feed of what happens. */
export function Frame({ children }: { children: ReactNode }) {
  const search = useSearch({ strict: false });
  const { ticketId } = useParams({ strict: false });
  const navigate = useNavigate();
  const places = usePlaces();
  const [shown, show] = useState<'bar' | 'sheet'>();
  useDeskFeed();
  useListEvents();
  useOutboxEffects();

  const openBar = useCallback(() => show('bar'), []);
  const openSheet = useCallback(() => show('sheet'), []);
  useKeyboard(openBar);
  const searchFor = (q: string) => void navigate({ to: '/', search: { q } });
  useCommands([
    {
      id: 'search',
      key: '/',
      label: t.commands.search,
      group: 'move',
      run: () => document.getElementById('search')?.focus(),
    },
    ...places.map(({ id, link, isHere }) => ({
      id: `place-${id}`,
      // At the tickets it leads back from one to the list.
      ...(id === 'tickets' && !isHere && { key: 'u' }),
      label: t.commands.goTo(t.places.names[id]),
      group: 'move' as const,
      run: () => void navigate(link),
    })),
    { id: 'keys', key: '?', label: t.commands.keys, group: 'console', run: openSheet },
  ]);

  return (
    <div className={styles.frame} data-ticket={ticketId !== undefined || undefined}>
      <TopBar search={search} onSearch={searchFor} onKeys={openSheet} onBar={openBar} />
      {children}
      <CommandBar open={shown === 'bar'} onClose={() => show(undefined)} onSearch={searchFor} />
      <CheatSheet open={shown === 'sheet'} onClose={() => show(undefined)} />
    </div>
  );
}
