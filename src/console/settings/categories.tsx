import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { SupportOutputs } from 'support-api/client';
import { useTRPC } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { w } from '../words/settings.js';
import { Actions, attempt, Field, useForm } from './form.js';
import styles from './settings.module.css';

type Category = SupportOutputs['desk']['categories']['list'][number];

const MAX_NAME = 100;
const MAX_DESCRIPTION = 1000;

/** What tickets can be about, in the order that customers see. */
export function Categories() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const categories = useQuery(trpc.desk.categories.list.queryOptions());
  const [edited, edit] = useState<Category | 'new'>();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.desk.categories.list.queryKey() });
  const archive = useMutation(trpc.desk.categories.archive.mutationOptions({ onSettled: refresh }));
  const restore = useMutation(trpc.desk.categories.restore.mutationOptions({ onSettled: refresh }));
  if (categories.isPending) return <Loading />;
  if (!categories.data) return <Failed error={categories.error} onRetry={() => void categories.refetch()} />;
  const active = categories.data.filter(({ archivedAt }) => archivedAt === null);
  const archived = categories.data.filter(({ archivedAt }) => archivedAt !== null);
  return (
    <>
      <p className={styles.hint}>{w.categories.hint}</p>
      <div className={styles.toolbar}>
        <Button look="primary" onClick={() => edit('new')}>
          {w.categories.add}
        </Button>
      </div>
      {active.length === 0 ? (
        <Empty title={w.categories.none} />
      ) : (
        <Ordered
          categories={active}
          onEdit={edit}
          onArchive={({ categoryId }) =>
            void attempt(() => archive.mutateAsync({ categoryId }), w.categories.archiveFailed)
          }
        />
      )}
      {archived.length > 0 && (
        <section className={styles.form} aria-label={w.categories.archived}>
          <h2 className={styles.subtitle}>{w.categories.archived}</h2>
          <p className={styles.hint}>{w.categories.archivedHint}</p>
          <ul className={styles.card}>
            {archived.map(({ categoryId, name, description }) => (
              <li key={categoryId} className={styles.row}>
                <Named name={name} description={description} />
                <Button
                  aria-label={w.categories.restoreOf(name)}
                  onClick={() => void attempt(() => restore.mutateAsync({ categoryId }), w.categories.restoreFailed)}
                >
                  {w.categories.restore}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Modal
        title={edited === 'new' ? w.categories.add : w.categories.editTitle}
        open={edited !== undefined}
        onClose={() => edit(undefined)}
      >
        {edited !== undefined && <Editor category={edited} onDone={() => edit(undefined)} />}
      </Modal>
    </>
  );
}

function Named({ name, description }: Pick<Category, 'name' | 'description'>) {
  return (
    <div className={styles.main}>
      <p className={styles.name}>
        <bdi>{name}</bdi>
      </p>
      <p className={styles.soft} dir="auto">
        {description}
      </p>
    </div>
  );
}

interface OrderedProps {
  categories: readonly Category[];
  onEdit(category: Category): void;
  onArchive(category: Category): void;
}

/** Each has a handle: it is dragged, by mouse or finger, or moved by arrow keys. */
function Ordered({ categories, onEdit, onArchive }: OrderedProps) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const queryKey = trpc.desk.categories.list.queryKey();
  const save = useMutation(
    trpc.desk.categories.order.mutationOptions({
      // One after the other: the last one stands.
      scope: { id: 'order of categories' },
      onError: () => void queries.invalidateQueries({ queryKey }),
    }),
  );
  const list = useRef<HTMLOListElement>(null);
  const [dragged, drag] = useState<string>();
  const [told, tellPlace] = useState('');
  const before = useRef<readonly Category[]>([]);

  const show = (order: readonly Category[]) =>
    queries.setQueryData(queryKey, (all) => [...order, ...(all ?? []).filter(({ archivedAt }) => archivedAt !== null)]);
  const move = (categoryId: string, to: number): readonly Category[] | undefined => {
    const from = categories.findIndex((one) => one.categoryId === categoryId);
    const moved = categories[from];
    if (moved === undefined || to < 0 || to >= categories.length || to === from) return undefined;
    const order = categories.toSpliced(from, 1).toSpliced(to, 0, moved);
    show(order);
    tellPlace(w.categories.at(moved.name, to + 1, order.length));
    return order;
  };
  const keep = (order: readonly Category[]) =>
    void attempt(
      () => save.mutateAsync({ categoryIds: order.map(({ categoryId }) => categoryId) }),
      w.categories.orderFailed,
    );
  const onKeyDown = ({ key, preventDefault }: Pick<KeyboardEvent, 'key' | 'preventDefault'>, index: number) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (step === undefined) return;
    preventDefault();
    const order = move(categories[index]?.categoryId ?? '', index + step);
    if (order) keep(order);
  };
  const onPointerMove = ({ clientY }: PointerEvent) => {
    if (dragged === undefined) return;
    const rows = Array.from(list.current?.children ?? [], (row) => row.getBoundingClientRect());
    const at = rows.findIndex(({ bottom }) => clientY < bottom);
    move(dragged, at === -1 ? rows.length - 1 : at);
  };
  const drop = () => {
    if (dragged === undefined) return;
    drag(undefined);
    if (before.current.some(({ categoryId }, index) => categoryId !== categories[index]?.categoryId)) keep(categories);
  };
  const latest = useRef({ onPointerMove, drop });
  useEffect(() => {
    latest.current = { onPointerMove, drop };
  });
  // Of the window: what is dragged is moved within the page, which would end a capture.
  useEffect(() => {
    if (dragged === undefined) return;
    const ended = new AbortController();
    const { signal } = ended;
    window.addEventListener('pointermove', (event) => latest.current.onPointerMove(event), { signal });
    window.addEventListener('pointerup', () => latest.current.drop(), { signal });
    window.addEventListener('pointercancel', () => latest.current.drop(), { signal });
    return () => ended.abort();
  }, [dragged]);
  return (
    <>
      <ol className={styles.card} ref={list}>
        {categories.map((category, index) => {
          const { categoryId, name, description } = category;
          return (
            <li key={categoryId} className={styles.row} data-dragged={dragged === categoryId || undefined}>
              <Button
                look="quiet"
                className={styles.handle}
                aria-label={w.categories.move(name)}
                onKeyDown={(event) =>
                  onKeyDown({ key: event.key, preventDefault: () => event.preventDefault() }, index)
                }
                onPointerDown={() => {
                  before.current = categories;
                  drag(categoryId);
                }}
              >
                <span aria-hidden="true">⠿</span>
              </Button>
              <Named name={name} description={description} />
              <Button look="quiet" aria-label={w.editOf(name)} onClick={() => onEdit(category)}>
                {w.edit}
              </Button>
              <Button look="quiet" aria-label={w.categories.archiveOf(name)} onClick={() => onArchive(category)}>
                {w.categories.archive}
              </Button>
            </li>
          );
        })}
      </ol>
      <p className="visually-hidden" role="status">
        {told}
      </p>
    </>
  );
}

function Editor({ category, onDone }: { category: Category | 'new'; onDone(): void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(trpc.desk.categories.create.mutationOptions());
  const change = useMutation(trpc.desk.categories.change.mutationOptions());
  const { name, description } = category === 'new' ? { name: '', description: '' } : category;
  const form = useForm({ name, description }, async (values) => {
    if (category === 'new') await create.mutateAsync(values);
    else await change.mutateAsync({ categoryId: category.categoryId, ...values });
    await queries.invalidateQueries({ queryKey: trpc.desk.categories.list.queryKey() });
    onDone();
  });
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate>
      <Field label={w.name} hint={w.categories.nameHint} fault={form.faultOf('name')}>
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
      <Field label={w.description} hint={w.categories.descriptionHint} fault={form.faultOf('description')}>
        {(control) => (
          <textarea
            {...control}
            className={styles.input}
            dir="auto"
            rows={3}
            maxLength={MAX_DESCRIPTION}
            value={form.values.description}
            onChange={({ target }) => form.set({ description: target.value })}
          />
        )}
      </Field>
      <Actions form={form} onCancel={onDone} />
    </form>
  );
}
