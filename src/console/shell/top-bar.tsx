import { Menu } from '@base-ui/react/menu';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { LiveStatus } from '../live/desk-events.js';
import { FIRST_VIEW } from '../queue/views.js';
import { session } from '../session/session.js';
import { SignOutDialog } from '../session/sign-out-dialog.js';
import { outbox } from '../ticket/outbox.js';
import { Button } from '../ui/button.js';
import { useStore } from '../ui/use-store.js';
import { changeLanguage, otherLanguages } from '../words/language.js';
import { t } from '../words/words.js';
import { PlaceLinks } from './places.js';
import styles from './top-bar.module.css';

const MAX_QUERY = 200;

interface TopBarProps {
  search: { q?: string };
  onSearch(text: string): void;
  onKeys(): void;
  onBar(): void;
}

export function TopBar({ search, onSearch, onKeys, onBar }: TopBarProps) {
  const account = useStore(session.account);
  const [isLeaving, leave] = useState(false);
  return (
    <header className={styles.bar}>
      <Link to="/" search={FIRST_VIEW} className={styles.brand}>
        {t.title}
      </Link>
      <PlaceLinks />
      <SearchField key={search.q ?? ''} q={search.q ?? ''} onSearch={onSearch} />
      <span className={styles.space} />
      <NotSent />
      <LiveStatus />
      <Button look="quiet" className={styles.wide} onClick={onBar}>
        {t.keys.bar} <kbd>{t.keys.barKeys}</kbd>
      </Button>
      <Menu.Root>
        <Menu.Trigger
          render={<Button look="quiet" />}
          className={styles.me}
          aria-label={t.account.menu(account?.userId ?? '')}
        >
          <bdi>{account?.userId}</bdi> ▾
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={4} className={styles.positioner}>
            <Menu.Popup className={styles.menu}>
              <Menu.Item className={styles.item} onClick={onBar}>
                {t.keys.bar} <kbd>{t.keys.barKeys}</kbd>
              </Menu.Item>
              <Menu.Item className={styles.item} onClick={onKeys}>
                {t.keys.title} <kbd>?</kbd>
              </Menu.Item>
              {otherLanguages().map(([code, name]) => (
                <Menu.Item key={code} className={styles.item} lang={code} onClick={() => changeLanguage(code)}>
                  {name}
                </Menu.Item>
              ))}
              <Menu.Item className={styles.item} onClick={() => leave(true)}>
                {t.account.signOut}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <SignOutDialog open={isLeaving} onCancel={() => leave(false)} />
    </header>
  );
}

function SearchField({ q, onSearch }: { q: string; onSearch(text: string): void }) {
  const [typed, type] = useState(q);
  return (
    <search className={styles.search}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') onSearch(typed.trim());
        }}
      >
        <input
          id="search"
          type="search"
          className={styles.field}
          value={typed}
          maxLength={MAX_QUERY}
          dir="auto"
          placeholder={t.search.hint}
          aria-label={t.search.title}
          onChange={({ target }) => type(target.value)}
          onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
        />
      </form>
      {q !== '' && (
        <Link to="/" search={FIRST_VIEW} className={styles.clear}>
          {t.search.clear}
        </Link>
      )}
    </search>
  );
}

/** What waits to be sent, wherever it is. */
function NotSent() {
  const items = useStore(outbox.items);
  const [isOffline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);
  const stuck = items.filter(({ state }) => state !== 'sending');
  return (
    <span role="status" className={styles.notSent}>
      {isOffline && <span className={styles.offline}>{t.offline}</span>}
      {stuck[0] && (
        <Link
          to="/tickets/$ticketId"
          params={{ ticketId: stuck[0].ticketId }}
          search={(before) => before}
          className={styles.stuck}
        >
          {t.outbox.notSent(stuck.length)}
        </Link>
      )}
    </span>
  );
}
