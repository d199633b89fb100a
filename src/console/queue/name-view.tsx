import { useId, useState } from 'react';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { t } from '../words/words.js';
import styles from './name-view.module.css';

const MAX_NAME = 100;

interface NameViewProps {
  title: string;
  /** As it is now. */
  name?: string;
  /** Whether everybody is to have it is asked, too. */
  canShare?: boolean;
  /** Why it could not be done. */
  failure?: string | undefined;
  onClose(): void;
  onName(name: string, shared: boolean): void;
}

/** Asks for the name of a view. */
export function NameView({ title, name = '', canShare = false, failure, onClose, onName }: NameViewProps) {
  const [typed, type] = useState(name);
  const [isShared, share] = useState(false);
  const fault = useId();
  return (
    <Modal title={title} open onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') onName(typed.trim(), isShared);
        }}
      >
        <label className={styles.label}>
          {t.views.name}
          <input
            className={styles.field}
            value={typed}
            maxLength={MAX_NAME}
            dir="auto"
            aria-invalid={failure !== undefined}
            aria-describedby={failure === undefined ? undefined : fault}
            onChange={({ target }) => type(target.value)}
          />
        </label>
        {failure !== undefined && (
          <p id={fault} className={styles.fault} role="alert">
            {failure}
          </p>
        )}
        {canShare && (
          <label className={styles.check}>
            <input type="checkbox" checked={isShared} onChange={({ target }) => share(target.checked)} />{' '}
            {t.views.share}
          </label>
        )}
        <div className={styles.actions}>
          <Button look="quiet" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button look="primary" type="submit" disabled={typed.trim() === ''}>
            {t.views.keep}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
