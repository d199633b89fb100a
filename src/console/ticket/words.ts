import type { DeskTicket } from '../api/trpc.js';

/** Somebody's words on a ticket, said to its customer or among agents. */
export interface Word {
  id: string;
  kind: 'message' | 'note';
  author: string;
  text: string;
  at: string;
}

function wordsOf({ messages, notes }: DeskTicket): Word[] {
  return [
    ...messages.map(({ messageId, sender, content, timestamp }): Word => {
      return { id: messageId, kind: 'message', author: sender, text: content, at: timestamp };
    }),
    ...notes.map(({ noteId, author, content, timestamp }): Word => {
      return { id: noteId, kind: 'note', author, text: content, at: timestamp };
    }),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** The server's time of the last words there are: whoever has the ticket on the screen has seen all until then. */
export function lastWordAt(ticket: DeskTicket): string {
  return wordsOf(ticket).at(-1)?.at ?? ticket.createdAt;
}

/** What others have said since, oldest first. */
export function wordsSince(ticket: DeskTicket, seen: string, me: string): Word[] {
  return wordsOf(ticket).filter(({ author, at }) => at > seen && author !== me);
}
