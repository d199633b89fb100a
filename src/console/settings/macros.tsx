import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useRef, useState } from 'react';
import type { SupportOutputs } from 'support-api/client';
import { fillIn, PLACEHOLDER_NAMES } from '../../macros/placeholders.js';
import { useTRPC } from '../api/trpc.js';
import { session } from '../session/session.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { Prose } from '../ui/rich-text.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { useStore } from '../ui/use-store.js';
import { w } from '../words/settings.js';
import { Actions, attempt, Confirm, Field, useForm } from './form.js';
import styles from './settings.module.css';

type Macro = SupportOutputs['desk']['macros']['list'][number];

const PAGE = 50;
const MAX_NAME = 100;
const MAX_TEXT = 10_000;

/** What is answered often, written once for all agents. */
export function Macros() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [typed, type] = useState('');
  const name = useDeferredValue(typed.trim());
  const [edited, edit] = useState<Macro | 'new'>();
  const [doomed, doom] = useState<Macro>();
  const macros = useInfiniteQuery(
    trpc.desk.macros.list.infiniteQueryOptions(
      { limit: PAGE, ...(name !== '' && { name }) },
      {
        initialCursor: 1,
        getNextPageParam: (page, pages) => (page.length < PAGE ? undefined : pages.length + 1),
        placeholderData: keepPreviousData,
      },
    ),
  );
  const remove = useMutation(trpc.desk.macros.delete.mutationOptions());
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.desk.macros.list.pathKey() });
  const found = macros.data?.pages.flat() ?? [];
  return (
    <>
      <div className={styles.toolbar}>
        <input
          type="search"
          className={`${styles.input} ${styles.grow}`}
          dir="auto"
          maxLength={MAX_NAME}
          placeholder={w.macros.search}
          aria-label={w.macros.search}
          value={typed}
          onChange={({ target }) => type(target.value)}
        />
        <Button look="primary" onClick={() => edit('new')}>
          {w.macros.add}
        </Button>
      </div>
      {macros.isPending ? (
        <Loading />
      ) : macros.error ? (
        <Failed error={macros.error} onRetry={() => void macros.refetch()} />
      ) : found.length === 0 ? (
        <Empty title={name === '' ? w.macros.none : w.macros.notFound}>{name === '' && w.macros.noneHint}</Empty>
      ) : (
        <ul className={styles.card}>
          {found.map((macro) => (
            <li key={macro.macroId} className={styles.row}>
              <div className={styles.main}>
                <p className={styles.name}>
                  <bdi>{macro.name}</bdi>
                </p>
                <p className={styles.clamped} dir="auto">
                  {macro.text}
                </p>
              </div>
              <Button look="quiet" aria-label={w.editOf(macro.name)} onClick={() => edit(macro)}>
                {w.edit}
              </Button>
              <Button look="quiet" aria-label={w.deleteOf(macro.name)} onClick={() => doom(macro)}>
                {w.delete}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {macros.hasNextPage && (
        <div>
          <Button disabled={macros.isFetchingNextPage} onClick={() => void macros.fetchNextPage()}>
            {w.more}
          </Button>
        </div>
      )}
      <Modal
        title={edited === 'new' ? w.macros.add : w.macros.editTitle}
        open={edited !== undefined}
        onClose={() => edit(undefined)}
        look="wide"
      >
        {edited !== undefined && (
          <Editor
            macro={edited}
            onCancel={() => edit(undefined)}
            onSaved={async () => {
              await refresh();
              edit(undefined);
            }}
          />
        )}
      </Modal>
      <Confirm
        title={w.macros.sure(doomed?.name ?? '')}
        text={w.macros.final}
        go={w.delete}
        open={doomed !== undefined}
        onClose={() => doom(undefined)}
        onGo={() => {
          doom(undefined);
          if (doomed)
            void attempt(() => remove.mutateAsync({ macroId: doomed.macroId }), w.notSaved).then(() => refresh());
        }}
      />
    </>
  );
}

interface EditorProps {
  macro: Macro | 'new';
  onCancel(): void;
  onSaved(): Promise<void>;
}

function Editor({ macro, onCancel, onSaved }: EditorProps) {
  const trpc = useTRPC();
  const account = useStore(session.account);
  const field = useRef<HTMLTextAreaElement>(null);
  const create = useMutation(trpc.desk.macros.create.mutationOptions());
  const change = useMutation(trpc.desk.macros.change.mutationOptions());
  const { name, text } = macro === 'new' ? { name: '', text: '' } : macro;
  const form = useForm({ name, text }, async (values) => {
    if (macro === 'new') await create.mutateAsync(values);
    else await change.mutateAsync({ macroId: macro.macroId, ...values });
    await onSaved();
  });
  const insert = (placeholder: string) => {
    const { current } = field;
    if (current === null) return;
    current.setRangeText(`{{${placeholder}}}`, current.selectionStart, current.selectionEnd, 'end');
    form.set({ text: current.value });
    current.focus();
  };
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate>
      <Field label={w.name} fault={form.faultOf('name')}>
        {(control) => (
          <input
            {...control}
            className={styles.input}
            dir="auto"
            maxLength={MAX_NAME}
            value={form.values.name}
            onChange={({ target }) => form.set({ name: target.value })}
          />
        )}
      </Field>
      <Field label={w.macros.text} fault={form.faultOf('text')}>
        {(control) => (
          <textarea
            {...control}
            ref={field}
            className={styles.input}
            dir="auto"
            rows={7}
            maxLength={MAX_TEXT}
            value={form.values.text}
            onChange={({ target }) => form.set({ text: target.value })}
          />
        )}
      </Field>
      <div className={styles.chips}>
        <span className={styles.soft}>{w.macros.insert}</span>
        {PLACEHOLDER_NAMES.map((placeholder) => (
          <button key={placeholder} type="button" className={styles.chip} onClick={() => insert(placeholder)}>
            {`{{${placeholder}}}`}
          </button>
        ))}
      </div>
      {form.values.text !== '' && (
        <section className={styles.form} aria-label={w.macros.preview}>
          <p className={styles.soft}>{w.macros.preview}</p>
          <div className={styles.preview}>
            <Prose text={fillIn(form.values.text, { ...w.macros.example, agent: account?.userId ?? '' })} />
          </div>
        </section>
      )}
      <Actions form={form} onCancel={onCancel} />
    </form>
  );
}
