import type { DeskTicket } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Person, usePersonName } from '../ui/person.js';
import { Prose } from '../ui/rich-text.js';
import { Time } from '../ui/time.js';
import { t } from '../words/words.js';
import { Attachments } from './attachments.js';
import styles from './conversation-entry.module.css';
import { putBack } from './drafts.js';
import type { Entry } from './entries.js';
import { isHeld, type Outgoing, outbox } from './outbox.js';
import { lastWordAt } from './words.js';

/** A message or a note; what only agents see says so. */
export function ConversationEntry({ entry, ticket }: { entry: Entry; ticket: DeskTicket }) {
  const { kind, author, text, at, files, outgoing } = entry;
  const requester = ticket.userId;
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
      {outgoing && <OnItsWay item={outgoing} ticket={ticket} />}
    </article>
  );
}

function OnItsWay({ item, ticket }: { item: Outgoing; ticket: DeskTicket }) {
  const nameOf = usePersonName();
  const { id, ticketId, kind, text, files = [], state, reason, overtakenBy = [] } = item;
  if (state === 'sending') return <p className={styles.state}>{t.outbox.sending}</p>;
  const seen = lastWordAt(ticket);
  const edit = () => {
    putBack({ ticketId, kind, text, files, seen });
    outbox.remove(id);
  };
  return (
    <div className={styles.failed} role="alert">
      <p>
        <strong>{isHeld(item) ? t.outbox.refused : t.outbox.waiting}</strong>{' '}
        {state === 'overtaken' ? t.outbox.overtaken(overtakenBy.map(nameOf)) : reason}
      </p>
      <span className={styles.buttons}>
        {state === 'overtaken' && (
          <Button onClick={() => outbox.sendAnyway(item, { version: ticket.version, seen })}>{t.outbox.anyway}</Button>
        )}
        <Button onClick={edit}>{t.outbox.edit}</Button>
      </span>
    </div>
  );
}
