import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTRPC } from '../api/trpc.js';
import { useCommands } from '../keys/commands.js';
import { useDeskEvents } from '../live/desk-events.js';
import { t } from '../words/words.js';
import { type DeskSearch, hasSameFilters } from './filters.js';
import { SavedViewItem } from './saved-view-item.js';
import { searchOf, useSavedViews } from './use-saved-views.js';
import styles from './view-list.module.css';
import { VIEWS } from './views.js';

const COUNT_EVERY_MS = 2000;
const number = new Intl.NumberFormat(t.locale);

/** The ready-made views with their counts, which follow what happens; and those that somebody has saved. */
export function ViewList({ search }: { search: DeskSearch }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const counts = useQuery(trpc.desk.tickets.counts.queryOptions());
  const { views } = useSavedViews();
  const navigate = useNavigate();
  useCommands(
    views.flatMap((view) => {
      const own = searchOf(view);
      if (own === undefined) return [];
      const run = () => void navigate({ to: '/', search: own });
      return [{ id: view.viewId, label: t.commands.view(view.name), group: 'view' as const, run }];
    }),
  );
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
      {([false, true] as const).map((shared) => {
        const some = views.filter((view) => view.shared === shared);
        if (some.length === 0) return null;
        return (
          <section key={String(shared)}>
            <h2 className={styles.title}>{shared ? t.views.shared : t.views.own}</h2>
            <ul>
              {some.map((view) => (
                <SavedViewItem key={view.viewId} view={view} search={search} />
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}
