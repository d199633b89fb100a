import { Button } from '../ui/button.js';
import { Person } from '../ui/person.js';
import { Prose } from '../ui/rich-text.js';
import { Time } from '../ui/time.js';
import { t } from '../words/words.js';
import { Attachments } from './attachments.js';
import styles from './conversation-entry.module.css';
import { putBack } from './drafts.js';
import type { Entry } from './entries.js';
import { type Outgoing, outbox } from './outbox.js';

/** A message or a note; what only agents see says so. */
export function ConversationEntry({ entry, requester }: { entry: Entry; requester: string }) {
  const { kind, author, text, at, files, outgoing } = entry;
  const look = kind === 'note' ? styles.note : author === requester ? styles.customer : styles.agent;
  return (
    <article className={`${styles.entry} ${look}`} aria-busy={outgoing?.state === 'sending'}>
      <header className={styles.head}>
        <strong>
          <Person id={author} />
        </strong>
        <span className={styles.role}>
          {kind === 'note' ? t.ticket.note : author === requester ? t.ticket.customer : t.ticket.agent}
        </span>
        <span className={styles.time}>{outgoing ? null : <Time at={at} />}</span>
      </header>
      <Prose text={text} />
      <Attachments files={files} />
      {outgoing && <OnItsWay item={outgoing} />}
    </article>
  );
}

function OnItsWay({ item }: { item: Outgoing }) {
  const { id, ticketId, kind, text, state, reason } = item;
  if (state === 'sending') return <p className={styles.state}>{t.outbox.sending}</p>;
  const edit = () => {
    putBack(ticketId, kind, text);
    outbox.remove(id);
  };
  return (
    <div className={styles.failed} role="alert">
      <p>
        <strong>{state === 'waiting' ? t.outbox.waiting : t.outbox.refused}</strong> {reason}
      </p>
      <Button onClick={edit}>{t.outbox.edit}</Button>
    </div>
  );
}
