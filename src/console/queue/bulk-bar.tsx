import { type InfiniteData, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type SupportInputs, type SupportOutputs, withIdempotencyKey } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../../tickets/lifecycle.js';
import { explain, waitMs } from '../api/explain.js';
import { type QueuePage, useTRPC, useTRPCClient } from '../api/trpc.js';
import { session } from '../session/session.js';
import { rememberAgents } from '../ticket/known-agents.js';
import { useCategories } from '../ticket/use-categories.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { usePersonName } from '../ui/person.js';
import { Picker } from '../ui/picker.js';
import { tell, tellFailure } from '../ui/toasts.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './bulk-bar.module.css';
import { mapTickets, type Row } from './use-queue.js';

type Change = SupportInputs['desk']['tickets']['bulk']['change'];
type Result = SupportOutputs['desk']['tickets']['bulk'][number];

const NOBODY = ' ';
const TRIES = 3;

interface BulkBarProps {
  chosen: ReadonlySet<string>;
  rows: readonly Row[];
  onClear(): void;
}

/** One change for all chosen tickets: what of it was not made is said for each. */
export function BulkBar({ chosen, rows, onClear }: BulkBarProps) {
  const account = useStore(session.account);
  const nameOf = usePersonName();
  const { categories } = useCategories();
  const [isClosing, askToClose] = useState(false);
  const { make, isPending, refused, forgetRefused } = useBulkChange(chosen);
  const agents = [...new Set([account?.userId ?? '', ...rememberAgents([])])].filter(Boolean);
  const subjectOf = (ticketId: string) =>
    rows.find(({ ticket }) => ticket.ticketId === ticketId)?.ticket.subject ?? ticketId;
  const control = { value: [], disabled: isPending, className: styles.button };
  return (
    <section className={styles.bar} aria-label={t.bulk.title}>
      <strong role="status">{t.bulk.chosen(chosen.size)}</strong>
      <Button look="quiet" onClick={onClear}>
        {t.bulk.clear}
      </Button>
      <span className={styles.space} />
      <Picker
        {...control}
        label={t.properties.assignee}
        choices={[
          ...agents.map((agent) => ({ value: agent, label: agent === account?.userId ? t.me : nameOf(agent) })),
          { value: NOBODY, label: t.nobody },
        ]}
        custom={(typed) => typed}
        onChoose={([agent]) => agent && make({ assignedAgent: agent === NOBODY ? null : agent })}
      >
        {t.bulk.assign}
      </Picker>
      <Picker
        {...control}
        label={t.properties.status}
        choices={TICKET_STATUSES.map((status) => ({ value: status, label: t.status[status] }))}
        onChoose={([value]) => {
          const status = TICKET_STATUSES.find((one) => one === value);
          if (status === 'Closed') askToClose(true);
          else if (status) make({ status });
        }}
      >
        {t.properties.status}
      </Picker>
      <Picker
        {...control}
        label={t.properties.priority}
        choices={TICKET_PRIORITIES.toReversed().map((priority) => ({ value: priority, label: t.priority[priority] }))}
        onChoose={([value]) => {
          const priority = TICKET_PRIORITIES.find((one) => one === value);
          if (priority) make({ priority });
        }}
      >
        {t.properties.priority}
      </Picker>
      <Picker
        {...control}
        label={t.properties.category}
        choices={categories.map(({ categoryId, name }) => ({ value: categoryId, label: name }))}
        onChoose={([categoryId]) => categoryId && make({ categoryId })}
      >
        {t.properties.category}
      </Picker>
      <Modal title={t.bulk.close(chosen.size)} open={isClosing} onClose={() => askToClose(false)}>
        <p>{t.closing.final}</p>
        <div className={styles.actions}>
          <Button look="quiet" onClick={() => askToClose(false)}>
            {t.cancel}
          </Button>
          <Button
            look="primary"
            onClick={() => {
              askToClose(false);
              make({ status: 'Closed' });
            }}
          >
            {t.bulk.closeThem}
          </Button>
        </div>
      </Modal>
      <Modal title={t.bulk.refused(refused.length, chosen.size)} open={refused.length > 0} onClose={forgetRefused}>
        <ul className={styles.refused}>
          {refused.map(({ ticketId, error }) => (
            <li key={ticketId}>
              <strong>
                <bdi>{subjectOf(ticketId)}</bdi>
              </strong>
              : {error?.message}
            </li>
          ))}
        </ul>
        <div className={styles.actions}>
          <Button look="primary" onClick={forgetRefused}>
            {t.close}
          </Button>
        </div>
      </Modal>
    </section>
  );
}

function useBulkChange(chosen: ReadonlySet<string>) {
  const trpc = useTRPC();
  const { desk } = useTRPCClient();
  const queries = useQueryClient();
  const [refused, setRefused] = useState<readonly Result[]>([]);
  const mutation = useMutation({
    mutationFn: ({ key, ...input }: { key: string; ticketIds: string[]; change: Change }) =>
      desk.tickets.bulk.mutate(input, withIdempotencyKey(key)),
    retry: (failures, error) => failures < TRIES && explain(error).remedy === 'wait',
    retryDelay: waitMs,
    onSuccess: (results, { change }) => {
      const { assignedAgent, ...rest } = change;
      const me = session.account.value?.userId ?? null;
      const fields = {
        ...rest,
        ...(assignedAgent !== undefined && { assignedAgent: assignedAgent === 'me' ? me : assignedAgent }),
      };
      const versions = new Map(results.map(({ ticketId, version }) => [ticketId, version]));
      queries.setQueriesData<InfiniteData<QueuePage, string | null>>(
        { queryKey: trpc.desk.tickets.list.infiniteQueryKey() },
        (data) =>
          data &&
          mapTickets(data, (row) => {
            const version = versions.get(row.ticketId) ?? null;
            return version === null ? row : ({ ...row, ...fields, version } as typeof row);
          }),
      );
      void queries.invalidateQueries({ queryKey: trpc.desk.tickets.get.pathKey() });
      void queries.invalidateQueries({ queryKey: trpc.desk.search.tickets.pathKey() });
      const failed = results.filter(({ ok }) => !ok);
      setRefused(failed);
      if (failed.length === 0) tell(t.bulk.done(results.length));
    },
    onError: (error, before) => {
      const { text, remedy } = explain(error);
      // Under its key: what was done without an answer is not done twice.
      tellFailure(t.bulk.failed, text, remedy === 'change' ? undefined : () => mutation.mutate(before));
    },
  });
  return {
    make: (change: Change) => mutation.mutate({ key: randomId(), ticketIds: [...chosen], change }),
    isPending: mutation.isPending,
    refused,
    forgetRefused: () => setRefused([]),
  };
}
