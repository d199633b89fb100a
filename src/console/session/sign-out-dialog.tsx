import { countDrafts, discardDrafts } from '../ticket/drafts.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { t } from '../words/words.js';
import { session } from './session.js';
import styles from './sign-in.module.css';

/** What was typed and not sent is kept, or not: as whoever leaves decides. */
export function SignOutDialog({ open, onCancel }: { open: boolean; onCancel(): void }) {
  const drafts = open ? countDrafts() : 0;
  const leave = (discard: boolean) => {
    if (discard) discardDrafts();
    session.signOut();
  };
  return (
    <Modal title={t.account.signOut} open={open} onClose={onCancel}>
      <p>{drafts > 0 ? t.account.drafts(drafts) : session.oidc ? t.account.sureOfAll : t.account.sure}</p>
      <div className={styles.actions}>
        <Button look="quiet" onClick={onCancel}>
          {t.cancel}
        </Button>
        {drafts > 0 && <Button onClick={() => leave(true)}>{t.account.discard}</Button>}
        <Button look="primary" onClick={() => leave(false)}>
          {drafts > 0 ? t.account.keep : t.account.signOut}
        </Button>
      </div>
    </Modal>
  );
}
