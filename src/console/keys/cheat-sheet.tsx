import { Modal } from '../ui/modal.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './cheat-sheet.module.css';
import { setSingleKeys, singleKeys } from './use-keyboard.js';

/** Every key of the console, and the switch for the single ones. */
export function CheatSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const on = useStore(singleKeys);
  return (
    <Modal title={t.keys.title} open={open} onClose={onClose} look="wide">
      <div className={styles.groups}>
        {t.keys.sheet.map(({ title, rows }) => (
          <section key={title}>
            <h3 className={styles.title}>{title}</h3>
            <dl>
              {rows.map(([keys, what]) => (
                <div key={what} className={styles.row}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.split(' ').map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={styles.switch}>
        <input type="checkbox" checked={on} onChange={({ target }) => setSingleKeys(target.checked)} />
        {t.keys.single}
      </label>
    </Modal>
  );
}
