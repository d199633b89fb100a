import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';
import { supportError } from 'support-api/client';
import { explain } from '../api/explain.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { tell, tellFailure } from '../ui/toasts.js';
import { w } from '../words/settings.js';
import { t } from '../words/words.js';
import styles from './form.module.css';

/** What went wrong, in people's words, those of the settings first. */
export function reasonOf(error: unknown): string {
  const code = supportError(error)?.code;
  return (code !== undefined && w.codes[code]) || explain(error).text;
}

/** By their fields, such as `name` or `weeklyHours.2.closes`. */
function faultsOf(error: unknown): Record<string, string> {
  const details = supportError(error)?.details ?? [];
  return Object.fromEntries(details.filter(({ path }) => path !== '').map(({ path, message }) => [path, message]));
}

interface Form<V> {
  values: V;
  set(change: Partial<V>): void;
  /** What is wrong with a field, as the server says. */
  faultOf(path: string): string | undefined;
  /** What is wrong, where it is of no field. */
  failure: string | undefined;
  isBusy: boolean;
  onSubmit(event: FormEvent<HTMLFormElement>): void;
}

/** What is typed stays until the server has taken it; what it finds wrong is said at its field, which gets the focus. */
export function useForm<V extends object>(initial: V, submit: (values: V) => Promise<unknown>): Form<V> {
  const [values, setValues] = useState(initial);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [failure, fail] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const busy = useRef(false);
  const run = async (form: HTMLFormElement) => {
    if (busy.current) return;
    busy.current = true;
    setBusy(true);
    try {
      await submit(values);
      setFaults({});
      fail(undefined);
    } catch (error) {
      const found = faultsOf(error);
      setFaults(found);
      fail(Object.keys(found).length > 0 ? undefined : reasonOf(error));
      setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    } finally {
      busy.current = false;
      setBusy(false);
    }
  };
  return {
    values,
    set: (change) => {
      setValues((before) => ({ ...before, ...change }));
      setFaults((before) =>
        Object.fromEntries(Object.entries(before).filter(([path]) => !((path.split('.')[0] ?? '') in change))),
      );
    },
    faultOf: (path) => faults[path],
    failure,
    isBusy,
    onSubmit: (event) => {
      event.preventDefault();
      void run(event.currentTarget);
    },
  };
}

interface Control {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface FieldProps {
  label: string;
  hint?: string;
  fault: string | undefined;
  /** Its label is for those who don't see where it stands. */
  isLabelHidden?: boolean;
  children(control: Control): ReactNode;
}

export function Field({ label, hint, fault, isLabelHidden = false, children }: FieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, fault !== undefined && `${id}-fault`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': fault === undefined ? undefined : true,
      })}
      {fault !== undefined && (
        <p id={`${id}-fault`} className={styles.fault}>
          {fault}.
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface ActionsProps {
  form: Pick<Form<object>, 'failure' | 'isBusy'>;
  label?: string;
  onCancel?(): void;
}

/** The end of a form. */
export function Actions({ form: { failure, isBusy }, label = w.save, onCancel }: ActionsProps) {
  return (
    <>
      <p role="alert" className={styles.fault}>
        {failure}
      </p>
      <div className={styles.actions}>
        {onCancel && (
          <Button look="quiet" onClick={onCancel}>
            {t.cancel}
          </Button>
        )}
        <Button look="primary" type="submit" disabled={isBusy}>
          {label}
        </Button>
      </div>
    </>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  go: string;
  open: boolean;
  onClose(): void;
  onGo(): void;
}

/** Before what can't be undone. */
export function Confirm({ title, text, go, open, onClose, onGo }: ConfirmProps) {
  return (
    <Modal title={title} open={open} onClose={onClose}>
      <p>{text}</p>
      <div className={styles.actions}>
        <Button look="quiet" onClick={onClose}>
          {t.cancel}
        </Button>
        <Button look="primary" onClick={onGo}>
          {go}
        </Button>
      </div>
    </Modal>
  );
}

/** Does something at once, and says what came of it. */
export async function attempt(what: () => Promise<unknown>, failed: string, done?: string): Promise<boolean> {
  try {
    await what();
    if (done !== undefined) tell(done);
    return true;
  } catch (error) {
    tellFailure(failed, reasonOf(error));
    return false;
  }
}
