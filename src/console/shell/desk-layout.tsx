import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { useCommands } from '../keys/commands.js';
import { searchToQuery } from '../queue/filters.js';
import { QueuePane } from '../queue/queue-pane.js';
import { useQueue } from '../queue/use-queue.js';
import { ViewList } from '../queue/view-list.js';
import { VIEWS } from '../queue/views.js';
import { rememberAgents } from '../ticket/known-agents.js';
import { t } from '../words/words.js';
import { DeskContext } from './desk-context.js';
import styles from './desk-layout.module.css';
import { lastView } from './places.js';

/** The desk: views, the list of the one that is shown, and beside it the ticket that is open. */
export function DeskLayout() {
  const search = useSearch({ from: '/desk' });
  const { ticketId } = useParams({ strict: false });
  const navigate = useNavigate();
  const queue = useQueue(search);
  const { rows } = queue;

  const goTo = useCallback(
    (where: 'next' | 'previous') => {
      const at = rows.findIndex(({ ticket }) => ticket.ticketId === ticketId);
      const next = rows[where === 'next' ? at + 1 : at - 1];
      if (next === undefined) return;
      void navigate({
        to: '/tickets/$ticketId',
        params: { ticketId: next.ticket.ticketId },
        search: (before) => before,
      });
    },
    [rows, ticketId, navigate],
  );
  useEffect(() => lastView.set(search), [search]);
  const desk = useMemo(() => ({ goTo }), [goTo]);
  useEffect(() => {
    if (rows.length - rows.findIndex(({ ticket }) => ticket.ticketId === ticketId) < 3) queue.loadMore();
  }, [rows, ticketId, queue]);

  useEffect(() => {
    rememberAgents(rows.flatMap(({ ticket: { assignedAgent } }) => assignedAgent ?? []));
  }, [rows]);

  useCommands([
    { id: 'next', key: 'j', label: t.commands.next, group: 'move', run: () => goTo('next') },
    { id: 'previous', key: 'k', label: t.commands.previous, group: 'move', run: () => goTo('previous') },
    {
      id: 'queue',
      key: 'u',
      label: t.commands.queue,
      group: 'move',
      run: () => void navigate({ to: '/', search: (before) => before }),
    },
    ...VIEWS.map((view, index) => ({
      id: `view-${view.id}`,
      key: String(index + 1),
      label: t.commands.view(t.views[view.id]),
      group: 'view' as const,
      run: () => void navigate({ to: '/', search: view.search }),
    })),
  ]);

  return (
    <DeskContext value={desk}>
      <div className={styles.desk} data-ticket={ticketId !== undefined || undefined}>
        <div className={styles.views}>
          <ViewList search={search} />
        </div>
        <div className={styles.list}>
          <QueuePane key={searchToQuery({ ...search })} search={search} queue={queue} ticketId={ticketId} />
        </div>
        <div className={styles.content}>
          <Outlet />
        </div>
      </div>
    </DeskContext>
  );
}
