import type { ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  title: string;
  /** Beside or above what the page shows. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A place that is not the tickets: all below the bar, as wide as can be read. */
export function Page({ title, aside, children }: PageProps) {
  return (
    <main className={styles.page}>
      <div className={styles.inner} data-aside={aside !== undefined || undefined}>
        {aside}
        <div className={styles.content}>
          <h1 className={styles.title} tabIndex={-1}>
            {title}
          </h1>
          {children}
        </div>
      </div>
    </main>
  );
}
