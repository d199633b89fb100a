import { type KeyboardEvent, useState } from 'react';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { t } from '../words/words.js';
import styles from './resolve-dialog.module.css';

const MAX_LENGTH = 2000;

interface ResolveDialogProps {
  open: boolean;
  onClose(): void;
  onResolve(resolution: string, andNext: boolean): void;
}

/** How it was resolved, if there is anything to say. */
export function ResolveDialog({ open, onClose, onResolve }: ResolveDialogProps) {
  const [text, type] = useState('');
  const resolve = (andNext: boolean) => {
    onResolve(text.trim(), andNext);
    type('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    resolve(true);
  };
  return (
    <Modal title={t.resolve.title} open={open} onClose={onClose}>
      <label className={styles.label}>
        {t.resolve.how}
        <textarea
          className={styles.field}
          rows={3}
          maxLength={MAX_LENGTH}
          dir="auto"
          value={text}
          onChange={({ target }) => type(target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <div className={styles.actions}>
        <Button look="quiet" onClick={onClose}>
          {t.cancel}
        </Button>
        <Button onClick={() => resolve(false)}>{t.resolve.only}</Button>
        <Button look="primary" onClick={() => resolve(true)} title={t.composer.keys}>
          {t.resolve.andNext}
        </Button>
      </div>
    </Modal>
  );
}

interface CloseDialogProps {
  open: boolean;
  onCancel(): void;
  onClose(): void;
}

/** Closed is final. */
export function CloseDialog({ open, onCancel, onClose }: CloseDialogProps) {
  return (
    <Modal title={t.closing.title} open={open} onClose={onCancel}>
      <p>{t.closing.final}</p>
      <div className={styles.actions}>
        <Button look="quiet" onClick={onCancel}>
          {t.cancel}
        </Button>
        <Button look="primary" onClick={onClose}>
          {t.closing.close}
        </Button>
      </div>
    </Modal>
  );
}
