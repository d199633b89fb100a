import { useRef, useState } from 'preact/hooks';
import type { Place } from '../state/drafts.js';
import { t } from '../words/words.js';
import { useDesk, useDraft } from './context.js';
import { Attach, DraftFiles, useFileEvents, useFileFault } from './files.js';
import { MAX_TEXT, textFault } from './new-ticket.js';
import { Field, faultOf } from './parts.js';

/** Where a message is written. */
export function Composer({ ticketId }: { ticketId: string }) {
  const place: Place = `message/${ticketId}`;
  const { drafts, outbox } = useDesk();
  const { text, files } = useDraft(place);
  const fileFault = useFileFault(place);
  const fileEvents = useFileEvents(place);
  const field = useRef<HTMLTextAreaElement>(null);
  const [isTried, setTried] = useState(false);
  const fault = textFault(text, MAX_TEXT, t.ticket.need);
  const shown = isTried ? fault : undefined;
  const send = () => {
    field.current?.focus();
    setTried(fault !== undefined || fileFault !== undefined);
    if (fault !== undefined || fileFault !== undefined) return;
    outbox.add({ kind: 'message', ticketId, text: text.trim(), files });
    drafts.clear(place);
  };
  return (
    <form
      class="form composer"
      noValidate
      {...fileEvents}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field id="message" label={t.ticket.write} fault={shown}>
        <textarea
          {...faultOf('message', shown)}
          ref={field}
          required
          dir="auto"
          rows={3}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          title={t.ticket.sendKeys}
          value={text}
          onInput={({ currentTarget }) => drafts.change(place, { text: currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
      </Field>
      <DraftFiles place={place} />
      {isTried && fileFault !== undefined && (
        <p class="fault" role="alert">
          {fileFault}
        </p>
      )}
      <div class="actions">
        <Attach place={place} />
        <button type="submit" class="button primary">
          {t.ticket.send}
        </button>
      </div>
    </form>
  );
}
