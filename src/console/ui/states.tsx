import type { ReactNode } from 'react';
import { explain } from '../api/explain.js';
import { t } from '../words/words.js';
import { Button } from './button.js';
import styles from './states.module.css';

/** What a part of the page shows that has nothing to show. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry(): void }) {
  return (
    <div className={styles.state} role="alert">
      <p className={styles.title}>{t.failed}</p>
      <p>{explain(error).text}</p>
      <Button onClick={onRetry}>{t.again}</Button>
    </div>
  );
}

/** Grey lines where texts will be. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div className={styles.loading} role="status">
      <span className="visually-hidden">{t.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <span key={line} className={styles.line} aria-hidden="true" />
      ))}
    </div>
  );
}
