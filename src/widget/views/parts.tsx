import type { ComponentChildren } from 'preact';
import { withWebAddresses } from '../../browser/web-addresses.js';
import { formatExactTime, formatTime, t } from '../words/words.js';
import { useSupport } from './context.js';

interface NoticeProps {
  kind?: 'bad' | 'warn' | 'good';
  /** It has come just now: it is read aloud. */
  isAlert?: boolean;
  onAgain?: () => void;
  children: ComponentChildren;
}

export function Notice({ kind, isAlert = false, onAgain, children }: NoticeProps) {
  const support = useSupport();
  const again = () => {
    onAgain?.();
    support.refocus();
  };
  return (
    <div class="notice" data-kind={kind} role={isAlert ? 'alert' : undefined}>
      <p>{children}</p>
      {onAgain && (
        <button type="button" class="button" onClick={again}>
          {t.again}
        </button>
      )}
    </div>
  );
}

export function Loading() {
  return <p class="soft loading">{t.loading}</p>;
}

export function Time({ at }: { at: string }) {
  return (
    <time class="soft" dateTime={at} title={formatExactTime(at)}>
      {formatTime(at)}
    </time>
  );
}

interface FieldProps {
  id: string;
  label: string;
  isOptional?: boolean;
  fault: string | undefined;
  children: ComponentChildren;
}

/** A label, what it is the label of, and what is wrong with it: `faultOf()` is for the element itself. */
export function Field({ id, label, isOptional = false, fault, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>
        {label} {isOptional && <span class="soft">{t.optional}</span>}
      </label>
      {children}
      {fault !== undefined && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

export function faultOf(id: string, fault: string | undefined) {
  return {
    id,
    'aria-invalid': fault !== undefined,
    'aria-describedby': fault === undefined ? undefined : `${id}-fault`,
  };
}

/** What somebody wrote, as they wrote it: text and nothing else, with its addresses to follow. */
export function Prose({ text }: { text: string }) {
  return (
    <div class="prose" dir="auto">
      {withWebAddresses(text).map((piece) =>
        piece.isAddress ? (
          <a key={piece.at} href={piece.text} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </div>
  );
}
