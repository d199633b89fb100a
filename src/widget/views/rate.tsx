import { useState } from 'preact/hooks';
import type { Place } from '../state/drafts.js';
import { t } from '../words/words.js';
import { MAX_REMARK } from './close-ticket.js';
import { useDesk, useDraft, useSupport } from './context.js';
import { textFault } from './new-ticket.js';
import { Field, faultOf, Notice } from './parts.js';
import { useSend } from './use-send.js';

/** What the customer thinks of it: once. That they have said it, the service tells nobody but the desk, so this computer keeps it. */
export function Rate({ ticketId }: { ticketId: string }) {
  const place: Place = `rate/${ticketId}`;
  const support = useSupport();
  const desk = useDesk();
  const { text, score } = useDraft(place);
  const { send, isSending, failure } = useSend();
  const [isRated, setRated] = useState(() => desk.isRated(ticketId));
  const [isTried, setTried] = useState(false);
  const fault = text.trim() === '' ? undefined : textFault(text, MAX_REMARK, '');
  const shown = isTried ? fault : undefined;
  if (isRated) return <Notice kind="good">{t.rating.thanks}</Notice>;
  const rate = async () => {
    setTried(true);
    if (score === undefined || fault !== undefined) return;
    const input = { ticketId, score, ...(text.trim() && { comment: text.trim() }) };
    const { isDone, code } = await send(input, ({ support: calls }, what, key) => calls.tickets.rate.mutate(what, key));
    if (!isDone && code !== 'ALREADY_RATED') return;
    desk.setRated(ticketId);
    desk.drafts.clear(place);
    setRated(true);
    support.announce(t.rating.thanks);
    support.refocus();
  };
  return (
    <form
      class="form card"
      noValidate
      aria-labelledby="rating"
      onSubmit={(event) => {
        event.preventDefault();
        void rate();
      }}
    >
      <h4 id="rating">{t.rating.title}</h4>
      <fieldset class="scores" aria-labelledby="rating">
        <span class="soft" aria-hidden="true">
          {t.rating.worst}
        </span>
        {t.rating.scores.map((label, index) => (
          <label key={label} class="score">
            <input
              type="radio"
              name="score"
              value={index + 1}
              checked={score === index + 1}
              aria-label={label}
              onChange={() => desk.drafts.change(place, { score: index + 1 })}
            />
            <span aria-hidden="true">{index + 1}</span>
          </label>
        ))}
        <span class="soft" aria-hidden="true">
          {t.rating.best}
        </span>
      </fieldset>
      {score !== undefined && (
        <>
          <Field id="comment" label={t.rating.comment} isOptional fault={shown}>
            <textarea
              {...faultOf('comment', shown)}
              dir="auto"
              rows={2}
              value={text}
              onInput={({ currentTarget }) => desk.drafts.change(place, { text: currentTarget.value })}
            />
          </Field>
          <div class="actions">
            <button type="submit" class="button" aria-disabled={isSending}>
              {t.rating.send}
            </button>
          </div>
        </>
      )}
      {failure !== undefined && (
        <Notice kind="bad" isAlert>
          {failure}
        </Notice>
      )}
    </form>
  );
}
