import { type KeyboardEvent, useImperativeHandle, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { DeskTicket } from '../api/trpc.js';
import { session } from '../session/session.js';
import { Button } from '../ui/button.js';
import { Person, usePersonName } from '../ui/person.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './composer.module.css';
import { Attach, DraftFiles, isExpired, useUploads } from './draft-files.js';
import { clearDraft, type Kind, seeDraft, useDraft, writeDraft } from './drafts.js';
import { MacroPicker } from './macro-picker.js';
import { outbox } from './outbox.js';
import { uploads } from './uploads.js';
import { lastWordAt, type Word, wordsSince } from './words.js';

/** Of a message, and of a note. */
const MAX_LENGTH = 10_000;
const KINDS: readonly Kind[] = ['reply', 'note'];

export interface ComposerHandle {
  write(kind: Kind): void;
}

interface ComposerProps {
  ticket: DeskTicket;
  /** At each letter, and when there is no more to come. */
  onTyping(typing: boolean): void;
  onSent(andNext: boolean): void;
  ref: React.Ref<ComposerHandle>;
}

/**
 * Where agents write: to the customer or among themselves, each with its colour, label, button and draft, so that no note is sent
 * as a reply.
 */
export function Composer({ ticket, onTyping, onSent, ref }: ComposerProps) {
  const { ticketId, status } = ticket;
  const [kind, setKind] = useState<Kind>(status === 'Closed' ? 'note' : 'reply');
  const [isChoosing, choose] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const drafts = { reply: useDraft(ticketId, 'reply'), note: useDraft(ticketId, 'note') };
  const text = drafts[kind]?.text ?? '';
  const me = useStore(session.account)?.userId ?? '';
  const seen = lastWordAt(ticket);
  const said = drafts[kind] ? wordsSince(ticket, drafts[kind].seen, me) : [];
  const files = drafts[kind]?.files ?? [];
  /** What is not there can't go out with it, and is not left out without a word. */
  const isWaiting = useUploads(ticketId, kind).length > 0 || files.some(isExpired);
  const cannotSend = text.trim() === '' || isWaiting;
  /** The last of the words that held a reply or note back. */
  const [heldBy, holdBy] = useState<string>();
  const isClosed = status === 'Closed' && kind === 'reply';
  const canResolve = kind === 'reply' && (status === 'Open' || status === 'In Progress');
  const write = (next: Kind) => {
    // At once: the next letter is meant for the field.
    flushSync(() => setKind(next));
    field.current?.focus();
  };
  useImperativeHandle(ref, () => ({ write }));

  const insert = (added: string) => {
    const { selectionStart = text.length, selectionEnd = text.length } = field.current ?? {};
    writeDraft(ticketId, kind, text.slice(0, selectionStart) + added + text.slice(selectionEnd), seen);
    write(kind);
  };
  const attach = (chosen: File[]) => {
    if (!isClosed) uploads.add(ticketId, kind, chosen);
  };
  const send = (resolve: boolean) => {
    if (cannotSend || isClosed) return;
    const last = said.at(-1)?.id;
    // First it is seen; who sends again then means it.
    if (last !== heldBy && last !== undefined) return holdBy(last);
    const { version } = ticket;
    outbox.add({ ticketId, kind, text: text.trim(), files, resolve: resolve && canResolve, version, seen });
    clearDraft(ticketId, kind);
    onTyping(false);
    onSent(resolve && canResolve);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send(event.shiftKey);
    } else if (event.key === 'Escape') field.current?.blur();
    else if (event.key === '/' && text === '') {
      event.preventDefault();
      choose(true);
    }
  };

  return (
    <form
      className={styles.composer}
      data-kind={kind}
      aria-label={t.composer.names[kind]}
      onSubmit={(event) => {
        event.preventDefault();
        send(false);
      }}
    >
      <div className={styles.top}>
        <fieldset className={styles.kinds} aria-label={t.composer.kind}>
          {KINDS.map((one) => (
            <button
              key={one}
              type="button"
              className={styles.kind}
              aria-pressed={one === kind}
              onClick={() => write(one)}
            >
              {t.composer.names[one]}
              {one !== kind && drafts[one] && <span className={styles.draft}>{t.composer.draft}</span>}
            </button>
          ))}
        </fieldset>
        <p className={styles.who} id="composer-who">
          {kind === 'note' ? t.composer.onlyAgents : t.composer.toCustomer}{' '}
          {kind === 'reply' && <Person id={ticket.userId} />}
        </p>
      </div>
      <Meanwhile
        words={said}
        isHeld={said.length > 0 && said.at(-1)?.id === heldBy}
        onSeen={() => {
          seeDraft(ticketId, kind, seen);
          field.current?.focus();
        }}
      />
      {isClosed ? (
        <p className={styles.closed}>{t.composer.closed}</p>
      ) : (
        <textarea
          ref={field}
          className={styles.field}
          value={text}
          rows={3}
          maxLength={MAX_LENGTH}
          dir="auto"
          aria-label={t.composer.names[kind]}
          aria-describedby="composer-who"
          placeholder={t.composer.hints[kind]}
          onChange={({ target }) => {
            writeDraft(ticketId, kind, target.value, seen);
            onTyping(target.value !== '');
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            // Texts that are copied from documents come with a picture of themselves.
            const { files: pasted, types } = event.clipboardData;
            if (pasted.length === 0 || types.includes('text/plain')) return;
            event.preventDefault();
            attach([...pasted]);
          }}
        />
      )}
      <DraftFiles ticketId={ticketId} kind={kind} files={files} />
      <div className={styles.actions}>
        {kind === 'reply' && !isClosed && (
          <MacroPicker ticketId={ticketId} open={isChoosing} onOpenChange={choose} onText={insert} />
        )}
        {!isClosed && <Attach onFiles={attach} />}
        <span role="status" className={styles.why}>
          {isWaiting ? t.files.wait : text.trim() === '' && files.length > 0 ? t.files.needText : ''}
        </span>
        <span className={styles.sends}>
          {canResolve && (
            <Button disabled={cannotSend} onClick={() => send(true)} title={t.composer.resolveKeys}>
              {t.composer.sendAndResolve}
            </Button>
          )}
          {!isClosed && (
            <Button look="primary" type="submit" disabled={cannotSend} className={styles.send} title={t.composer.keys}>
              {t.composer.send[kind]}
            </Button>
          )}
        </span>
      </div>
    </form>
  );
}

interface MeanwhileProps {
  words: readonly Word[];
  /** They have kept the draft from being sent. */
  isHeld: boolean;
  onSeen(): void;
}

/** What others have said since this draft was begun: seen before it is sent. */
function Meanwhile({ words, isHeld, onSeen }: MeanwhileProps) {
  const nameOf = usePersonName();
  const last = words.at(-1);
  return (
    <div role="status">
      {last && (
        <div className={styles.meanwhile} data-held={isHeld || undefined}>
          <p className={styles.said}>
            <strong>
              {isHeld && t.composer.held} {t.composer.meanwhile(nameOf(last.author), last.kind, words.length - 1)}
            </strong>{' '}
            <bdi>{last.text}</bdi>
          </p>
          <Button look="quiet" onClick={onSeen}>
            {t.composer.seen}
          </Button>
        </div>
      )}
    </div>
  );
}
