import type { Attachment, DeskTicket } from '../api/trpc.js';
import type { Outgoing } from './outbox.js';

/** One thing in a conversation, as it is read from top to bottom. */
export interface Entry {
  id: string;
  kind: 'description' | 'message' | 'note';
  author: string;
  text: string;
  at: string;
  files: readonly Attachment[];
  /** On its way. */
  outgoing?: Outgoing;
}

type Message = DeskTicket['messages'][number];
type Note = DeskTicket['notes'][number];

const ofMessage = ({ messageId, sender, content, timestamp, files }: Message): Entry => ({
  id: messageId,
  kind: 'message',
  author: sender,
  text: content,
  at: timestamp,
  files,
});

const ofNote = ({ noteId, author, content, timestamp, files = [] }: Note): Entry => ({
  id: noteId,
  kind: 'note',
  author,
  text: content,
  at: timestamp,
  files,
});

interface Parts {
  ticket: DeskTicket;
  /** Older than those of the ticket. */
  messages: readonly Message[];
  notes: readonly Note[];
  outgoing: readonly Outgoing[];
  me: string;
}

/** The description, then all messages and notes in the order of their times, then what is on its way. */
export function entriesOf({ ticket, messages, notes, outgoing, me }: Parts): Entry[] {
  const { ticketId, userId, description, createdAt, files } = ticket;
  const said = [...messages, ...ticket.messages].map(ofMessage);
  const noted = [...notes, ...ticket.notes].map(ofNote);
  return [
    { id: ticketId, kind: 'description', author: userId, text: description, at: createdAt, files },
    ...[...said, ...noted].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    ...outgoing.map((item): Entry => {
      const { id, kind, text, at, files = [] } = item;
      const sent = files.map((file) => ({ ...file, stored: true }));
      return { id, kind: kind === 'note' ? 'note' : 'message', author: me, text, at, files: sent, outgoing: item };
    }),
  ];
}
