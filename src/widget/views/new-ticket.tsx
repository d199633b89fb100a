import { useRef, useState } from 'preact/hooks';
import { formatNumber, t } from '../words/words.js';
import { useDesk, useDraft, useSupport } from './context.js';
import { Attach, DraftFiles, useFileEvents, useFileFault } from './files.js';
import { Field, faultOf, Notice } from './parts.js';
import { useStore } from './use-store.js';

/** Of a subject, and of a description and a message, in characters of Unicode. */
const MAX_SUBJECT = 200;
export const MAX_TEXT = 10_000;

/** What is wrong with a text that is sent; undefined: nothing. */
export function textFault(text: string, max: number, need: string): string | undefined {
  if (text.trim() === '') return need;
  return [...text].length > max ? t.ticket.tooLong(formatNumber(max)) : undefined;
}

export function NewTicket() {
  const support = useSupport();
  const { drafts, outbox, categories, readCategories } = useDesk();
  const known = useStore(categories);
  const failure = useStore(readCategories.failure);
  const draft = useDraft('new');
  const fileFault = useFileFault('new');
  const fileEvents = useFileEvents('new');
  const form = useRef<HTMLFormElement>(null);
  const [isTried, setTried] = useState(false);
  const { text, subject = '', files } = draft;
  // One that is offered no more is chosen anew.
  const chosen = known?.find(({ categoryId }) => categoryId === draft.categoryId);
  const faults = {
    category: chosen ? undefined : t.create.needCategory,
    subject: textFault(subject, MAX_SUBJECT, t.create.needSubject),
    description: textFault(text, MAX_TEXT, t.create.needDescription),
  };
  const shown = isTried ? faults : undefined;

  const send = () => {
    setTried(true);
    const first = Object.entries(faults).find(([, fault]) => fault !== undefined);
    if (first) return form.current?.querySelector<HTMLElement>(`#${first[0]}`)?.focus();
    if (fileFault !== undefined || chosen === undefined) return;
    const { categoryId } = chosen;
    const { id } = outbox.add({ kind: 'ticket', subject: subject.trim(), text: text.trim(), categoryId, files });
    drafts.clear('new');
    support.go({ name: 'outgoing', id });
  };

  return (
    <form
      ref={form}
      class="form"
      noValidate
      {...fileEvents}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field id="category" label={t.create.category} fault={shown?.category}>
        <select
          {...faultOf('category', shown?.category)}
          required
          value={chosen?.categoryId ?? ''}
          onChange={({ currentTarget }) => drafts.change('new', { categoryId: currentTarget.value })}
        >
          <option value="">{known ? t.create.choose : t.loading}</option>
          {known?.map(({ categoryId, name }) => (
            <option key={categoryId} value={categoryId}>
              {name}
            </option>
          ))}
        </select>
        {chosen && <p class="soft">{chosen.description}</p>}
      </Field>
      {failure !== undefined && known === undefined && (
        <Notice kind="bad" isAlert onAgain={readCategories.again}>
          {t.create.failed} {failure}
        </Notice>
      )}
      <Field id="subject" label={t.create.subject} fault={shown?.subject}>
        <input
          {...faultOf('subject', shown?.subject)}
          required
          dir="auto"
          autocomplete="off"
          value={subject}
          onInput={({ currentTarget }) => drafts.change('new', { subject: currentTarget.value })}
        />
      </Field>
      <Field id="description" label={t.create.description} fault={shown?.description}>
        <textarea
          {...faultOf('description', shown?.description)}
          required
          dir="auto"
          rows={6}
          value={text}
          onInput={({ currentTarget }) => drafts.change('new', { text: currentTarget.value })}
        />
      </Field>
      <DraftFiles place="new" />
      {isTried && fileFault !== undefined && (
        <p class="fault" role="alert">
          {fileFault}
        </p>
      )}
      <div class="actions">
        <Attach place="new" />
        <button type="submit" class="button primary">
          {t.create.send}
        </button>
      </div>
    </form>
  );
}
