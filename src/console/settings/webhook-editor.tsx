import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SupportOutputs } from 'support-api/client';
import { EVENT_TYPES } from '../../events/event-types.js';
import { useTRPC } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { w } from '../words/settings.js';
import { Actions, Field, useForm } from './form.js';
import styles from './settings.module.css';

export type WebhookState = SupportOutputs['desk']['webhooks']['list'][number];

const MAX_URL = 2000;
const MAX_DESCRIPTION = 500;

interface EditorProps {
  webhook: WebhookState | 'new';
  onCancel(): void;
  /** Of a new one, with its secret. */
  onSaved(secret: string | undefined): void;
}

export function WebhookEditor({ webhook, onCancel, onSaved }: EditorProps) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(trpc.desk.webhooks.create.mutationOptions());
  const change = useMutation(trpc.desk.webhooks.change.mutationOptions());
  const { url, description, eventTypes }: Pick<WebhookState, 'url' | 'description' | 'eventTypes'> =
    webhook === 'new' ? { url: '', description: '', eventTypes: [] } : webhook;
  const form = useForm({ url, description, eventTypes }, async (values) => {
    let secret: string | undefined;
    if (webhook === 'new') ({ secret } = await create.mutateAsync(values));
    else await change.mutateAsync({ webhookId: webhook.webhookId, ...values });
    // A secret is shown at once, whatever becomes of the list.
    onSaved(secret);
    void queries.invalidateQueries({ queryKey: trpc.desk.webhooks.pathKey() });
  });
  const { values } = form;
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate>
      <Field label={w.webhooks.url} hint={w.webhooks.urlHint} fault={form.faultOf('url')}>
        {(control) => (
          <input
            {...control}
            type="url"
            className={styles.input}
            maxLength={MAX_URL}
            spellCheck={false}
            value={values.url}
            onChange={({ target }) => form.set({ url: target.value })}
          />
        )}
      </Field>
      <Field label={w.description} hint={w.webhooks.descriptionHint} fault={form.faultOf('description')}>
        {(control) => (
          <input
            {...control}
            className={styles.input}
            dir="auto"
            maxLength={MAX_DESCRIPTION}
            value={values.description}
            onChange={({ target }) => form.set({ description: target.value })}
          />
        )}
      </Field>
      <fieldset className={styles.form}>
        <legend className={styles.name}>{w.webhooks.types}</legend>
        <p className={styles.soft}>{w.webhooks.typesHint}</p>
        <div className={styles.types}>
          {EVENT_TYPES.map((type) => (
            <label key={type}>
              <input
                type="checkbox"
                checked={values.eventTypes.includes(type)}
                onChange={({ target }) =>
                  form.set({
                    eventTypes: target.checked
                      ? [...values.eventTypes, type]
                      : values.eventTypes.filter((one) => one !== type),
                  })
                }
              />
              {type}
            </label>
          ))}
        </div>
      </fieldset>
      <Actions form={form} onCancel={onCancel} />
    </form>
  );
}

/** A secret, once: it can't be asked for again. */
export function SecretDialog({ secret, onKept }: { secret: string | undefined; onKept(): void }) {
  return (
    <Modal title={w.webhooks.secretTitle} open={secret !== undefined}>
      {secret !== undefined && <Secret secret={secret} onKept={onKept} />}
    </Modal>
  );
}

function Secret({ secret, onKept }: { secret: string; onKept(): void }) {
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    field.current?.select();
    // Only where the page comes by TLS, or from this computer.
    await navigator.clipboard?.writeText(secret);
    setCopied(navigator.clipboard !== undefined);
  };
  return (
    <div className={styles.form}>
      <p>{w.webhooks.secretHint}</p>
      <input
        ref={field}
        readOnly
        className={`${styles.input} ${styles.secret}`}
        aria-label={w.webhooks.secret}
        value={secret}
        onFocus={({ target }) => target.select()}
      />
      <div className={styles.toolbar}>
        <Button onClick={() => void copy().catch(() => {})}>{w.webhooks.copy}</Button>
        <span role="status">{isCopied && w.webhooks.copied}</span>
        <span className={styles.main} />
        <Button look="primary" onClick={onKept}>
          {w.webhooks.kept}
        </Button>
      </div>
    </div>
  );
}
