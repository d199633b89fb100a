import type { ComponentChildren } from 'preact';
import type { Attachment } from '../state/conversation.js';
import type { Outgoing } from '../state/outbox.js';
import { t } from '../words/words.js';
import { useDesk, useSupport } from './context.js';
import { Attachments } from './files.js';
import { Prose, Time } from './parts.js';

interface EntryProps {
  isMine: boolean;
  text: string;
  at: string;
  files: readonly Attachment[];
  children?: ComponentChildren;
}

/** Something that somebody has said. Who of the support's has, customers are not told. */
export function Entry({ isMine, text, at, files, children }: EntryProps) {
  return (
    <li class="entry" data-mine={isMine || undefined}>
      <p class="by">
        <b>{isMine ? t.you : t.support}</b> <Time at={at} />
      </p>
      <Prose text={text} />
      <Attachments files={files} />
      {children}
    </li>
  );
}

interface OutgoingEntryProps {
  item: Outgoing;
  /** Nothing can be written there any more: what was refused can go into a new request. */
  onBeginNew?: (() => void) | undefined;
}

export function OutgoingEntry({ item, onBeginNew }: OutgoingEntryProps) {
  const support = useSupport();
  const { outbox } = useDesk();
  const { state, reason, text, at, files } = item;
  const edit = () => {
    const place = outbox.edit(item);
    if (onBeginNew) onBeginNew();
    else if (place === 'new') support.go({ name: 'new' });
    else support.refocus('#message');
  };
  const discard = () => {
    outbox.discard(item.id);
    if (item.kind === 'ticket') support.go({ name: 'home' });
    else support.refocus('#message');
  };
  return (
    <Entry isMine text={text} at={at} files={files.map((file) => ({ ...file, stored: true }))}>
      {state === 'refused' ? (
        <div class="notice" data-kind="bad" role="alert">
          <p>
            {t.outbox.refused} {reason}
          </p>
          <div class="actions">
            <button type="button" class="button" onClick={discard}>
              {t.outbox.discard}
            </button>
            <button type="button" class="button" onClick={edit}>
              {onBeginNew ? t.ticket.beginNew : t.outbox.edit}
            </button>
          </div>
        </div>
      ) : (
        <p class="soft" role="status">
          {state === 'sending' ? t.outbox.sending : `${reason} ${t.outbox.waiting}`}
        </p>
      )}
    </Entry>
  );
}
