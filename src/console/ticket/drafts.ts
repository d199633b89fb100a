import { useCallback, useSyncExternalStore } from 'react';
import { session } from '../session/session.js';
import { kept } from '../ui/kept.js';

/** What is written: to the customer, or among agents. */
export type Kind = 'reply' | 'note';

/** A file that is stored, and attached to nothing yet. */
export interface DraftFile {
  fileId: string;
  name: string;
  size: number;
  type: string;
  expiresAt: string;
}

export interface Draft {
  text: string;
  files: readonly DraftFile[];
  /** When it was begun. */
  since: string;
  /** Of the last words on the ticket that its author has seen, the server's time. */
  seen: string;
}

interface Place {
  ticketId: string;
  kind: Kind;
}

const PREFIX = 'support-console.draft.';
/** Drafts that nobody has come back to are forgotten. */
const KEPT_MS = 30 * 86_400_000;

const listeners = new Set<() => void>();

function keyOf(ticketId: string, kind: Kind): string {
  return `${PREFIX}${session.account.value?.userId ?? ''}/${ticketId}/${kind}`;
}

export function readDraft(ticketId: string, kind: Kind): Draft | undefined {
  return parsed(kept.get(keyOf(ticketId, kind)));
}

/** Kept at each letter: neither a reload nor a closed window loses it. */
export function writeDraft(ticketId: string, kind: Kind, text: string, seen: string): void {
  const before = readDraft(ticketId, kind);
  keep(ticketId, kind, {
    text,
    files: before?.files ?? [],
    since: before?.since ?? new Date().toISOString(),
    seen: before?.seen ?? seen,
  });
}

export function clearDraft(ticketId: string, kind: Kind): void {
  keep(ticketId, kind, undefined);
}

export function attachToDraft(ticketId: string, kind: Kind, ...files: readonly DraftFile[]): void {
  const now = new Date().toISOString();
  const draft = readDraft(ticketId, kind) ?? { text: '', files: [], since: now, seen: now };
  keep(ticketId, kind, { ...draft, files: [...draft.files, ...files] });
}

export function detachFromDraft(ticketId: string, kind: Kind, fileId: string): void {
  const draft = readDraft(ticketId, kind);
  if (draft) keep(ticketId, kind, { ...draft, files: draft.files.filter((file) => file.fileId !== fileId) });
}

/** Its author has read what was said since. */
export function seeDraft(ticketId: string, kind: Kind, seen: string): void {
  const draft = readDraft(ticketId, kind);
  if (draft) keep(ticketId, kind, { ...draft, seen });
}

/** Puts back what was not sent, before what has been typed since. */
export function putBack({ ticketId, kind, text, files, seen }: Pick<Draft, 'text' | 'files' | 'seen'> & Place): void {
  const typed = readDraft(ticketId, kind)?.text ?? '';
  writeDraft(ticketId, kind, typed === '' ? text : `${text}\n\n${typed}`, seen);
  seeDraft(ticketId, kind, seen);
  attachToDraft(ticketId, kind, ...files);
}

function keep(ticketId: string, kind: Kind, draft: Draft | undefined): void {
  const key = keyOf(ticketId, kind);
  if (draft === undefined || (draft.text === '' && draft.files.length === 0)) kept.remove(key);
  else kept.set(key, JSON.stringify(draft));
  for (const listener of listeners) listener();
}

export function useDraft(ticketId: string, kind: Kind): Draft | undefined {
  const subscribe = useCallback((listener: () => void) => {
    listeners.add(listener);
    window.addEventListener('storage', listener);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', listener);
    };
  }, []);
  return parsed(useSyncExternalStore(subscribe, () => kept.get(keyOf(ticketId, kind))));
}

/** Of whoever is signed in. */
export function countDrafts(): number {
  return ownKeys().length;
}

export function discardDrafts(): void {
  for (const key of ownKeys()) kept.remove(key);
}

function ownKeys(): string[] {
  return kept.keys(`${PREFIX}${session.account.value?.userId}/`);
}

export function forgetOldDrafts(): void {
  const oldest = new Date(Date.now() - KEPT_MS).toISOString();
  for (const key of kept.keys(PREFIX)) {
    const draft = parsed(kept.get(key));
    if (draft === undefined || draft.since < oldest) kept.remove(key);
  }
}

function parsed(json: string | null): Draft | undefined {
  try {
    if (json === null) return undefined;
    const draft = JSON.parse(json) as Pick<Draft, 'text' | 'since'> & Partial<Draft>;
    return { ...draft, files: draft.files ?? [], seen: draft.seen ?? draft.since };
  } catch {
    return undefined;
  }
}
