import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import styles from './modal.module.css';

interface ModalProps {
  title: string;
  children: ReactNode;
  open: boolean;
  /** Absent: it can't be left without an answer. */
  onClose?(): void;
  wide?: boolean;
}

export function Modal({ title, children, open, onClose, wide = false }: ModalProps) {
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
          className={`${styles.popup} ${wide ? styles.wide : ''}`}
          finalFocus={() => before.current ?? heading()}
        >
          <Dialog.Title className={styles.title}>{title}</Dialog.Title>
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

/** Where the keyboard goes on that opened it by a single key: in no field, which would take the next one for a letter. */
function heading(): HTMLElement | null {
  return document.querySelector('h1');
}
