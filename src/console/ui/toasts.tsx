import { Toast } from '@base-ui/react/toast';
import { t } from '../words/words.js';
import { Button } from './button.js';
import styles from './toasts.module.css';

const SHOWN_MS = 8000;
export const toastManager = Toast.createToastManager();

/** Says what went wrong, for longer than what went right. */
export function tellFailure(title: string, description: string, retry?: () => void): void {
  const id = toastManager.add({
    title,
    description,
    type: 'failure',
    priority: 'high',
    timeout: SHOWN_MS * 2,
    ...(retry && {
      actionProps: {
        children: t.again,
        onClick: () => {
          toastManager.close(id);
          retry();
        },
      },
    }),
  });
}

export function tell(title: string): void {
  toastManager.add({ title, timeout: SHOWN_MS / 2 });
}

export function Toasts() {
  const { toasts } = Toast.useToastManager();
  return (
    <Toast.Portal>
      <Toast.Viewport className={styles.viewport}>
        {toasts.map((toast) => (
          <Toast.Root
            key={toast.id}
            toast={toast}
            className={styles.toast}
            data-failure={toast.type === 'failure' || undefined}
          >
            <Toast.Content className={styles.content}>
              <div>
                <Toast.Title className={styles.title} />
                <Toast.Description className={styles.description} />
              </div>
              {toast.actionProps && <Toast.Action render={<Button />} />}
              <Toast.Close render={<Button look="quiet" />} aria-label={t.close}>
                ×
              </Toast.Close>
            </Toast.Content>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
