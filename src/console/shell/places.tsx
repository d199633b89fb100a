import { Link, linkOptions, useLocation } from '@tanstack/react-router';
import { Store } from '../../browser/store.js';
import type { DeskSearch } from '../queue/filters.js';
import { FIRST_VIEW } from '../queue/views.js';
import { session } from '../session/session.js';
import { Empty } from '../ui/states.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './places.module.css';

/** The list that was shown last: where one comes back to from the other places. */
export const lastView = new Store<DeskSearch>(FIRST_VIEW);

const PLACES = [
  { id: 'tickets', link: linkOptions({ to: '/', search: FIRST_VIEW }), isForAdmins: false },
  { id: 'figures', link: linkOptions({ to: '/figures', search: {} }), isForAdmins: false },
  { id: 'settings', link: linkOptions({ to: '/settings/$', params: { _splat: 'categories' } }), isForAdmins: true },
] as const;

/** Where one can be, and whether one is there. */
export function usePlaces() {
  const { pathname } = useLocation();
  const account = useStore(session.account);
  const search = useStore(lastView);
  const here = PLACES.find(({ id }) => pathname === `/${id}` || pathname.startsWith(`/${id}/`))?.id ?? 'tickets';
  return PLACES.filter(({ isForAdmins }) => !isForAdmins || account?.role === 'admin').map((place) => ({
    ...place,
    ...(place.id === 'tickets' && here !== 'tickets' && { link: linkOptions({ to: '/', search }) }),
    isHere: place.id === here,
  }));
}

export function PlaceLinks() {
  return (
    <nav className={styles.places} aria-label={t.places.title}>
      {usePlaces().map(({ id, link, isHere }) => (
        <Link
          key={id}
          {...link}
          className={styles.link}
          aria-current={isHere ? 'true' : undefined}
          activeOptions={{ exact: true }}
        >
          {t.places.names[id]}
        </Link>
      ))}
    </nav>
  );
}

/** Beside the list, where no ticket is open. */
export function Nothing() {
  return (
    <section className={styles.place} aria-label={t.places.choose}>
      <Empty title={t.places.choose}>
        <p>
          <kbd>J</kbd> {t.places.first} <kbd>?</kbd> {t.places.keys}
        </p>
      </Empty>
    </section>
  );
}

export function NotFound() {
  return (
    <main className={styles.place}>
      <Empty title={t.places.missing}>
        <Link to="/" search={FIRST_VIEW}>
          {t.places.back}
        </Link>
      </Empty>
    </main>
  );
}
