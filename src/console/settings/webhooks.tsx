import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTRPC } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { w } from '../words/settings.js';
import styles from './settings.module.css';
import { SecretDialog, WebhookEditor, type WebhookState } from './webhook-editor.js';

/** Where what happens is sent. */
export function Webhooks() {
  const trpc = useTRPC();
  const webhooks = useQuery(trpc.desk.webhooks.list.queryOptions());
  const [isAdding, add] = useState(false);
  const [secret, show] = useState<string>();
  if (webhooks.isPending) return <Loading />;
  if (!webhooks.data) return <Failed error={webhooks.error} onRetry={() => void webhooks.refetch()} />;
  return (
    <>
      <p className={styles.hint}>{w.webhooks.hint}</p>
      <div className={styles.toolbar}>
        <Button look="primary" onClick={() => add(true)}>
          {w.webhooks.add}
        </Button>
      </div>
      {webhooks.data.length === 0 ? (
        <Empty title={w.webhooks.none}>{w.webhooks.noneHint}</Empty>
      ) : (
        <ul className={styles.card}>
          {webhooks.data.map((webhook) => (
            <li key={webhook.webhookId} className={styles.row}>
              <div className={styles.main}>
                <p className={styles.name}>
                  <Link to="/settings/$" params={{ _splat: `webhooks/${webhook.webhookId}` }}>
                    <bdi>{webhook.url}</bdi>
                  </Link>
                </p>
                <p className={styles.soft} dir="auto">
                  {webhook.description}
                </p>
                <p className={styles.soft}>{webhook.eventTypes.join(', ') || w.webhooks.all}</p>
              </div>
              <StateOf webhook={webhook} />
            </li>
          ))}
        </ul>
      )}
      <Modal title={w.webhooks.add} open={isAdding} onClose={() => add(false)} look="wide">
        {isAdding && (
          <WebhookEditor
            webhook="new"
            onCancel={() => add(false)}
            onSaved={(made) => {
              add(false);
              show(made);
            }}
          />
        )}
      </Modal>
      <SecretDialog secret={secret} onKept={() => show(undefined)} />
    </>
  );
}

export function StateOf({ webhook: { state, failingSince } }: { webhook: WebhookState }) {
  const shown = state === 'active' && failingSince !== null ? 'failed' : state;
  return (
    <span className={styles.state} data-state={shown}>
      {shown === 'failed' ? w.webhooks.fails : w.webhooks.states[state]}
    </span>
  );
}
