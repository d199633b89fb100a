import { Dialog } from '@base-ui/react/dialog';
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import { t } from '../words/words.js';
import { Button } from './button.js';
import styles from './modal.module.css';

interface ModalProps {
  title: string;
  children: ReactNode;
  open: boolean;
  /** Absent: it can't be left without an answer. */
  onClose?(): void;
  /** `bar`: its title is not seen. `drawer`: at the side, as high as the window. */
  look?: 'narrow' | 'wide' | 'bar' | 'drawer';
  onKeyDown?(event: KeyboardEvent<HTMLElement>): void;
}

export function Modal({ title, children, open, onClose, look = 'narrow', onKeyDown }: ModalProps) {
  const before = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (open) before.current = focusedElement();
  }, [open]);
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => !next && onClose?.()}
      disablePointerDismissal={onClose === undefined}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          className={`${styles.popup} ${styles[look]}`}
          finalFocus={() => (before.current?.isConnected ? before.current : heading())}
          onKeyDown={onKeyDown}
        >
          {look === 'drawer' ? (
            <div className={styles.top}>
              <Dialog.Title className={styles.title}>{title}</Dialog.Title>
              <Button look="quiet" onClick={onClose}>
                {t.close} ×
              </Button>
            </div>
          ) : (
            <Dialog.Title className={look === 'bar' ? 'visually-hidden' : styles.title}>{title}</Dialog.Title>
          )}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What has the focus, but for the page itself. */
function focusedElement(): HTMLElement | null {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
}

/**
 * Where the keyboard goes on that opened it by a single key, or where what had the focus is gone: in no field, which would take the next
 * one for a letter.
 */
function heading(): HTMLElement | null {
  return document.querySelector('h1');
}
