import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTRPC } from '../api/trpc.js';
import { useDeskEvents } from '../live/desk-events.js';
import { t } from '../words/words.js';
import { type DeskSearch, hasSameFilters } from './filters.js';
import styles from './view-list.module.css';
import { VIEWS } from './views.js';

const COUNT_EVERY_MS = 2000;
const number = new Intl.NumberFormat(t.locale);

/** The ready-made views with their counts, which follow what happens. */
export function ViewList({ search }: { search: DeskSearch }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const counts = useQuery(trpc.desk.tickets.counts.queryOptions());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useDeskEvents(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: trpc.desk.tickets.counts.queryKey() });
    }, COUNT_EVERY_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <nav className={styles.views} aria-label={t.views.title}>
      <ul>
        {VIEWS.map((view) => (
          <li key={view.id}>
            <Link
              to="/"
              search={view.search}
              className={styles.view}
              aria-current={search.q === undefined && hasSameFilters(search, view.search) ? 'true' : undefined}
              activeProps={{}}
            >
              <span>{t.views[view.id]}</span>
              {counts.data && view.count && (
                <span className={styles.count}>{number.format(view.count(counts.data))}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
