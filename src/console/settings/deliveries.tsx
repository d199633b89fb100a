import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SupportOutputs } from 'support-api/client';
import { useTRPC } from '../api/trpc.js';
import { FIRST_VIEW } from '../queue/views.js';
import { Button } from '../ui/button.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { w } from '../words/settings.js';
import { attempt } from './form.js';
import styles from './settings.module.css';

type Delivery = SupportOutputs['desk']['webhooks']['deliveries']['deliveries'][number];
type State = Delivery['state'];

const STATES = Object.keys(w.webhooks.deliveryStates) as State[];
const PAGE = 20;
/** While something waits to be sent it is looked at again. */
const LOOK_MS = 2000;

/** What was sent to an endpoint, waits, or was given up. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const trpc = useTRPC();
  const [state, setState] = useState<State>();
  const deliveries = useInfiniteQuery(
    trpc.desk.webhooks.deliveries.infiniteQueryOptions(
      { webhookId, limit: PAGE, ...(state && { state }) },
      {
        getNextPageParam: (page) => page.next,
        refetchInterval: ({ state: { data } }) =>
          data?.pages.some((page) => page.deliveries.some((one) => one.state === 'pending')) ? LOOK_MS : false,
      },
    ),
  );
  const found = deliveries.data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <section className={styles.form} aria-label={w.webhooks.deliveries}>
      <div className={styles.toolbar}>
        <h2 className={`${styles.subtitle} ${styles.grow}`}>{w.webhooks.deliveries}</h2>
        <label>
          {w.webhooks.state}{' '}
          <select
            className={styles.select}
            value={state ?? ''}
            onChange={({ target }) => setState(STATES.find((one) => one === target.value))}
          >
            <option value="">{w.webhooks.anyState}</option>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {w.webhooks.deliveryStates[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {deliveries.isPending ? (
        <Loading lines={4} />
      ) : deliveries.error ? (
        <Failed error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : found.length === 0 ? (
        <Empty title={w.webhooks.noDeliveries} />
      ) : (
        <ul className={styles.card}>
          {found.map((delivery) => (
            <li key={delivery.deliveryId} className={styles.row}>
              <DeliveryRow delivery={delivery} />
            </li>
          ))}
        </ul>
      )}
      {deliveries.hasNextPage && (
        <div>
          <Button disabled={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
            {w.more}
          </Button>
        </div>
      )}
    </section>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [isOpen, open] = useState(false);
  const { webhookId, deliveryId, type, ticketId, state, attempts, createdAt, nextAttemptAt } = delivery;
  const again = useMutation(
    trpc.desk.webhooks.redeliver.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.desk.webhooks.pathKey() }),
    }),
  );
  const name = type === 'webhook.test' ? w.webhooks.testName : type;
  return (
    <>
      <div className={styles.main}>
        <p className={styles.name}>{name}</p>
        <p className={styles.soft}>
          <Time at={createdAt} />
          {ticketId !== null && (
            <>
              {' · '}
              <Link to="/tickets/$ticketId" params={{ ticketId }} search={FIRST_VIEW}>
                {w.webhooks.ticket}
              </Link>
            </>
          )}
          {state === 'pending' && attempts > 0 && nextAttemptAt !== null && (
            <>
              {' · '}
              {w.webhooks.retry}: <Time at={nextAttemptAt} />
            </>
          )}
        </p>
        {isOpen && <Attempts webhookId={webhookId} deliveryId={deliveryId} state={state} />}
      </div>
      <span className={styles.state} data-state={state}>
        {w.webhooks.deliveryStates[state]}
      </span>
      <Button look="quiet" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
        {w.webhooks.showAttempts(attempts)}
      </Button>
      <Button
        aria-label={`${w.webhooks.again}: ${name}`}
        disabled={state === 'pending'}
        onClick={() => void attempt(() => again.mutateAsync({ webhookId, deliveryId }), w.webhooks.failed)}
      >
        {w.webhooks.again}
      </Button>
    </>
  );
}

function Attempts({ webhookId, deliveryId, state }: Pick<Delivery, 'webhookId' | 'deliveryId' | 'state'>) {
  const trpc = useTRPC();
  const delivery = useQuery({
    ...trpc.desk.webhooks.delivery.queryOptions({ webhookId, deliveryId }),
    refetchInterval: state === 'pending' ? LOOK_MS : false,
  });
  if (delivery.isPending) return <Loading lines={1} />;
  if (!delivery.data) return <Failed error={delivery.error} onRetry={() => void delivery.refetch()} />;
  const { made } = delivery.data;
  if (made.length === 0) return <p className={styles.soft}>{w.webhooks.noAttempts}</p>;
  return (
    <ol className={styles.attempts}>
      {made.map(({ at, durationMs, status, error, answer }) => (
        <li key={at}>
          <Time at={at} />: {w.webhooks.answer(status, error)}, {w.webhooks.took(durationMs)}
          {answer !== null && (
            <p className={styles.soft} dir="auto">
              {answer}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
