import { useEffect, useRef, useState } from 'preact/hooks';
import type { Place } from '../state/drafts.js';
import { t } from '../words/words.js';
import { useDesk, useDraft, useSupport } from './context.js';
import { textFault } from './new-ticket.js';
import { Field, faultOf, Notice } from './parts.js';
import { useSend } from './use-send.js';

/** Of what is said at the end, in characters of Unicode. */
export const MAX_REMARK = 2000;

interface CloseTicketProps {
  ticketId: string;
  /** It was closed, or is to stay open. */
  onDone(): void;
  onClosed(): Promise<void>;
}

/** Asks once more, as it can't be undone. */
export function CloseTicket({ ticketId, onDone, onClosed }: CloseTicketProps) {
  const place: Place = `close/${ticketId}`;
  const support = useSupport();
  const { drafts, inbox } = useDesk();
  const { text } = useDraft(place);
  const { send, isSending, failure } = useSend();
  const title = useRef<HTMLHeadingElement>(null);
  const [isTried, setTried] = useState(false);
  useEffect(() => title.current?.focus(), []);
  const fault = text.trim() === '' ? undefined : textFault(text, MAX_REMARK, '');
  const shown = isTried ? fault : undefined;
  const close = async () => {
    setTried(true);
    if (fault !== undefined) return;
    const input = { ticketId, ...(text.trim() && { resolution: text.trim() }) };
    const { isDone } = await send(input, ({ support: calls }, what, key) => calls.tickets.close.mutate(what, key));
    if (!isDone) return;
    drafts.clear(place);
    support.announce(t.closing.done);
    await Promise.all([onClosed(), inbox.reader.read()]);
    onDone();
    support.refocus();
  };
  const stay = () => {
    onDone();
    support.refocus('.close-ticket');
  };
  return (
    <form
      class="form card"
      noValidate
      aria-labelledby="closing"
      onSubmit={(event) => {
        event.preventDefault();
        void close();
      }}
    >
      <h4 id="closing" ref={title} tabIndex={-1}>
        {t.closing.sure}
      </h4>
      <p class="soft">{t.closing.hint}</p>
      <Field id="resolution" label={t.closing.what} isOptional fault={shown}>
        <textarea
          {...faultOf('resolution', shown)}
          dir="auto"
          rows={2}
          value={text}
          onInput={({ currentTarget }) => drafts.change(place, { text: currentTarget.value })}
        />
      </Field>
      {failure !== undefined && (
        <Notice kind="bad" isAlert>
          {failure}
        </Notice>
      )}
      <div class="actions">
        <button type="button" class="button" onClick={stay}>
          {t.closing.stay}
        </button>
        <button type="submit" class="button primary" aria-disabled={isSending}>
          {t.closing.go}
        </button>
      </div>
    </form>
  );
}
