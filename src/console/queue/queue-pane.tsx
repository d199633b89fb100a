import { useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useCommands } from '../keys/commands.js';
import { Button } from '../ui/button.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { t } from '../words/words.js';
import { BulkBar } from './bulk-bar.js';
import { FilterBar } from './filter-bar.js';
import type { DeskSearch } from './filters.js';
import { findListState } from './list-state.js';
import styles from './queue-pane.module.css';
import { TicketRow } from './ticket-row.js';
import { type Row, useNewTickets, type useQueue } from './use-queue.js';
import { useSelection } from './use-selection.js';

const ROW_REM = 4.25;
const OVERSCAN = 8;

interface QueuePaneProps {
  search: DeskSearch;
  queue: ReturnType<typeof useQueue>;
  /** The ticket that is open. */
  ticketId: string | undefined;
}

/** The list of tickets: filters, what is new, and rows without an end, of which only those in sight are there. */
export function QueuePane({ search, queue, ticketId }: QueuePaneProps) {
  const { rows, isPending, error, reload } = queue;
  const news = useNewTickets(search, queue);
  const selection = useSelection(rows);
  const { chosen } = selection;
  const toggleHere = () => {
    const row = document.activeElement?.closest<HTMLElement>('[data-ticket-id]');
    const here = row?.dataset.ticketId ?? ticketId;
    if (here !== undefined) selection.toggle(here);
  };
  useCommands([
    { id: 'select', key: 'x', label: t.commands.select, group: 'move', run: toggleHere },
    ...(chosen.size > 0
      ? [{ id: 'deselect', key: 'Escape', label: t.bulk.clear, group: 'move' as const, run: selection.clear }]
      : []),
  ]);
  return (
    // Where no ticket is open, it is what the page is about.
    <section className={styles.pane} aria-label={t.queue.title} role={ticketId === undefined ? 'main' : undefined}>
      {ticketId === undefined && (
        <h1 className="visually-hidden" tabIndex={-1}>
          {t.queue.title}
        </h1>
      )}
      <FilterBar search={search} />
      {chosen.size > 0 && <BulkBar chosen={chosen} rows={rows} onClear={selection.clear} />}
      {news.count > 0 && (
        <button type="button" className={styles.news} onClick={() => void news.show()}>
          {t.queue.news(news.count, news.isMore)}
        </button>
      )}
      <p className="visually-hidden" role="status">
        {news.count > 0 ? t.queue.news(news.count, news.isMore) : ''}
      </p>
      {search.q !== undefined && queue.isIncomplete && <p className={styles.hint}>{t.queue.incomplete}</p>}
      {isPending ? (
        <Loading lines={8} />
      ) : rows.length === 0 && error ? (
        <Failed error={error} onRetry={reload} />
      ) : rows.length === 0 ? (
        <Empty title={search.q === undefined ? t.queue.empty : t.queue.notFound}>
          {search.q === undefined ? t.queue.emptyHint : t.queue.notFoundHint}
        </Empty>
      ) : (
        <Rows rows={rows} queue={queue} ticketId={ticketId} selection={selection} />
      )}
    </section>
  );
}

interface RowsProps extends Pick<QueuePaneProps, 'queue' | 'ticketId'> {
  rows: readonly Row[];
  selection: ReturnType<typeof useSelection>;
}

function Rows({ rows, queue, ticketId, selection }: RowsProps) {
  const queries = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);
  const { loadMore, hasMore, error, queryKey } = queue;
  // In rem: it grows with the size of the text. Asked once: it is needed for each of the rows.
  const [rowPx] = useState(() => ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    initialOffset: () => findListState(queries, queryKey)?.offset ?? 0,
    onChange: ({ scrollOffset }) => {
      const state = findListState(queries, queryKey);
      if (state && scrollOffset !== null) state.offset = scrollOffset;
    },
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isNearEnd = last >= rows.length - OVERSCAN;
  useEffect(() => {
    if (isNearEnd && hasMore && !error) loadMore();
  }, [isNearEnd, hasMore, error, loadMore]);

  const opened = rows.findIndex(({ ticket }) => ticket.ticketId === ticketId);
  const scrolled = useRef<string>(undefined);
  useEffect(() => {
    if (opened < 0 || scrolled.current === ticketId) return;
    scrolled.current = ticketId;
    virtualizer.scrollToIndex(opened, { align: 'auto' });
  }, [opened, ticketId, virtualizer]);

  return (
    <div className={styles.scroller} ref={scroller}>
      <ol className={styles.rows} style={{ blockSize: virtualizer.getTotalSize() }}>
        {items.map(({ index, start, size }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <li
              key={row.ticket.ticketId}
              className={styles.row}
              data-ticket-id={row.ticket.ticketId}
              data-choosing={selection.chosen.size > 0 || undefined}
              aria-setsize={hasMore ? -1 : rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)`, blockSize: size }}
            >
              <label className={styles.check}>
                <input
                  type="checkbox"
                  aria-label={t.bulk.select(row.ticket.subject)}
                  checked={selection.chosen.has(row.ticket.ticketId)}
                  onChange={({ nativeEvent }) => {
                    const isRange = nativeEvent instanceof MouseEvent && nativeEvent.shiftKey;
                    (isRange ? selection.chooseTo : selection.toggle)(row.ticket.ticketId);
                  }}
                />
              </label>
              <TicketRow
                row={row}
                isOpen={row.ticket.ticketId === ticketId}
                onShiftClick={() => selection.chooseTo(row.ticket.ticketId)}
              />
            </li>
          );
        })}
      </ol>
      {error && (
        <p className={styles.more}>
          {t.queue.moreFailed} <Button onClick={loadMore}>{t.again}</Button>
        </p>
      )}
    </div>
  );
}
