import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { supportError } from 'support-api/client';
import { useTRPC } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { tell } from '../ui/toasts.js';
import { w } from '../words/settings.js';
import { Deliveries } from './deliveries.js';
import { Actions, attempt, Confirm, Field, useForm } from './form.js';
import styles from './settings.module.css';
import { SecretDialog, WebhookEditor } from './webhook-editor.js';
import { StateOf } from './webhooks.js';

type Asked = 'edit' | 'resume' | 'rotate' | 'delete' | 'since';

/** One endpoint, what can be done with it, and what was sent there. */
export function Webhook({ webhookId }: { webhookId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asked, ask] = useState<Asked>();
  const [secret, show] = useState<string>();
  const found = useQuery(trpc.desk.webhooks.get.queryOptions({ webhookId }));
  const onSettled = () => queries.invalidateQueries({ queryKey: trpc.desk.webhooks.pathKey() });
  const pause = useMutation(trpc.desk.webhooks.pause.mutationOptions({ onSettled }));
  const resume = useMutation(trpc.desk.webhooks.resume.mutationOptions({ onSettled }));
  const rotate = useMutation(trpc.desk.webhooks.rotateSecret.mutationOptions({ onSettled }));
  const test = useMutation(trpc.desk.webhooks.test.mutationOptions({ onSettled }));
  const remove = useMutation(trpc.desk.webhooks.delete.mutationOptions());
  const back = (
    <p>
      <Link to="/settings/$" params={{ _splat: 'webhooks' }}>
        {w.webhooks.back}
      </Link>
    </p>
  );
  if (found.isPending) return <Loading />;
  if (!found.data) {
    if (supportError(found.error)?.code === 'NOT_FOUND') return <Empty title={w.webhooks.missing}>{back}</Empty>;
    return <Failed error={found.error} onRetry={() => void found.refetch()} />;
  }
  const webhook = found.data;
  const { state, reason, failingSince, retryAt, oldSecretUntil } = webhook;
  const close = () => ask(undefined);
  const act = (what: () => Promise<unknown>, done?: string) => {
    close();
    void attempt(what, w.webhooks.failed, done);
  };
  return (
    <>
      {back}
      <section className={`${styles.card} ${styles.padded}`} aria-label={webhook.url}>
        <div className={styles.toolbar}>
          <h2 className={`${styles.subtitle} ${styles.grow}`}>
            <bdi>{webhook.url}</bdi>
          </h2>
          <StateOf webhook={webhook} />
        </div>
        {webhook.description !== '' && <p dir="auto">{webhook.description}</p>}
        <p className={styles.soft}>{webhook.eventTypes.join(', ') || w.webhooks.all}</p>
        {reason !== null && <p>{w.webhooks.reasons[reason]}</p>}
        {failingSince !== null && (
          <p className={styles.fault}>
            {w.webhooks.failing} <Time at={failingSince} />
            {retryAt !== null && (
              <>
                . {w.webhooks.retry}: <Time at={retryAt} />
              </>
            )}
          </p>
        )}
        {oldSecretUntil !== null && (
          <p className={styles.soft}>
            {w.webhooks.oldSecret} <Time at={oldSecretUntil} />
          </p>
        )}
        <div className={styles.toolbar}>
          {state === 'active' ? (
            <>
              <Button onClick={() => act(() => test.mutateAsync({ webhookId }), w.webhooks.tested)}>
                {w.webhooks.test}
              </Button>
              <Button onClick={() => act(() => pause.mutateAsync({ webhookId }))}>{w.webhooks.pause}</Button>
            </>
          ) : (
            <Button look="primary" onClick={() => ask('resume')}>
              {w.webhooks.resume}
            </Button>
          )}
          <Button onClick={() => ask('edit')}>{w.edit}</Button>
          <Button onClick={() => ask('rotate')}>{w.webhooks.rotate}</Button>
          <Button onClick={() => ask('since')}>{w.webhooks.sinceTitle}</Button>
          <Button onClick={() => ask('delete')}>{w.delete}</Button>
        </div>
      </section>
      <Deliveries webhookId={webhookId} />

      <Modal title={w.webhooks.editTitle} open={asked === 'edit'} onClose={close} look="wide">
        {asked === 'edit' && <WebhookEditor webhook={webhook} onCancel={close} onSaved={close} />}
      </Modal>
      <Modal title={w.webhooks.resumeTitle} open={asked === 'resume'} onClose={close}>
        <div className={styles.form}>
          <p>{w.webhooks.resumeHint}</p>
          <div className={styles.toolbar}>
            <Button look="primary" onClick={() => act(() => resume.mutateAsync({ webhookId, skip: false }))}>
              {w.webhooks.resumeAll}
            </Button>
            <Button onClick={() => act(() => resume.mutateAsync({ webhookId, skip: true }))}>
              {w.webhooks.resumeSkip}
            </Button>
          </div>
        </div>
      </Modal>
      <Confirm
        title={w.webhooks.rotateTitle}
        text={w.webhooks.rotateHint}
        go={w.webhooks.rotateGo}
        open={asked === 'rotate'}
        onClose={close}
        onGo={() => act(() => rotate.mutateAsync({ webhookId }).then((made) => show(made.secret)))}
      />
      <Confirm
        title={w.webhooks.deleteTitle}
        text={w.webhooks.final}
        go={w.delete}
        open={asked === 'delete'}
        onClose={close}
        onGo={() =>
          act(async () => {
            await remove.mutateAsync({ webhookId });
            await navigate({ to: '/settings/$', params: { _splat: 'webhooks' } });
            await onSettled();
          })
        }
      />
      <Modal title={w.webhooks.sinceTitle} open={asked === 'since'} onClose={close}>
        {asked === 'since' && <Since webhookId={webhookId} onDone={close} />}
      </Modal>
      <SecretDialog secret={secret} onKept={() => show(undefined)} />
    </>
  );
}

function Since({ webhookId, onDone }: { webhookId: string; onDone(): void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const redeliver = useMutation(trpc.desk.webhooks.redeliverSince.mutationOptions());
  const form = useForm({ since: '' }, async ({ since }) => {
    const at = new Date(since);
    await redeliver.mutateAsync({ webhookId, since: Number.isNaN(at.getTime()) ? '' : at.toISOString() });
    tell(w.webhooks.sent);
    onDone();
    void queries.invalidateQueries({ queryKey: trpc.desk.webhooks.pathKey() });
  });
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate>
      <p>{w.webhooks.sinceHint}</p>
      <Field label={w.webhooks.since} fault={form.faultOf('since')}>
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            className={styles.input}
            value={form.values.since}
            onChange={({ target }) => form.set({ since: target.value })}
          />
        )}
      </Field>
      <Actions form={form} label={w.webhooks.sinceGo} onCancel={onDone} />
    </form>
  );
}
