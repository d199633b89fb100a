import { Link } from '@tanstack/react-router';
import { FIRST_VIEW } from '../queue/views.js';
import { Empty } from '../ui/states.js';
import { t } from '../words/words.js';
import styles from './places.module.css';

/** Beside the list, where no ticket is open. */
export function Nothing() {
  return (
    <section className={styles.place} aria-label={t.places.choose}>
      <Empty title={t.places.choose}>
        <p>
          <kbd>J</kbd> {t.places.first} <kbd>?</kbd> {t.places.keys}
        </p>
      </Empty>
    </section>
  );
}

export function NotFound() {
  return (
    <main className={styles.place}>
      <Empty title={t.places.missing}>
        <Link to="/" search={FIRST_VIEW}>
          {t.places.back}
        </Link>
      </Empty>
    </main>
  );
}
