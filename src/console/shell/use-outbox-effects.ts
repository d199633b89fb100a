import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { type DeskTicket, useTRPC } from '../api/trpc.js';
import { session } from '../session/session.js';
import { type Outgoing, outbox, type Sent } from '../ticket/outbox.js';
import { usePersonName } from '../ui/person.js';
import { tellFailure } from '../ui/toasts.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';

/** What was sent becomes part of its ticket without a gap; what was refused is told, wherever one is by then. */
export function useOutboxEffects(): void {
  const queries = useQueryClient();
  const trpc = useTRPC();
  const nameOf = usePersonName();
  const latestNameOf = useRef(nameOf);
  useEffect(() => {
    latestNameOf.current = nameOf;
  });
  useEffect(() => {
    const keyOf = (ticketId: string) => trpc.desk.tickets.get.queryKey({ ticketId });
    outbox.onSent = (item, sent) => {
      const key = keyOf(item.ticketId);
      queries.setQueryData(key, (ticket) => ticket && withSent(ticket, item, sent));
      void queries.invalidateQueries({ queryKey: key });
    };
    outbox.onRead = (ticket) => queries.setQueryData(keyOf(ticket.ticketId), ticket);
    outbox.onOvertaken = ({ overtakenBy = [] }) => {
      tellFailure(t.outbox.refused, t.outbox.overtaken(overtakenBy.map((one) => latestNameOf.current(one))));
    };
    outbox.onRefused = ({ reason = '' }) => tellFailure(t.outbox.refused, reason);
    outbox.onNotResolved = (reason) => tellFailure(t.changes.failed(t.changes.resolve), reason);
  }, [queries, trpc]);
  // Each user's own.
  const userId = useStore(session.account)?.userId;
  useEffect(() => {
    if (userId !== undefined) outbox.load();
  }, [userId]);
}

function withSent(
  ticket: DeskTicket,
  { kind, text, files = [], resolve, version }: Outgoing,
  { id, timestamp }: Sent,
): DeskTicket {
  const me = session.account.value?.userId ?? '';
  const common = {
    content: text,
    attachments: files.map(({ fileId }) => fileId),
    files: files.map(({ fileId, name, size, type }) => ({ fileId, stored: true, name, size, type })),
    timestamp,
  };
  if (kind === 'note') {
    if (ticket.notes.some(({ noteId }) => noteId === id)) return ticket;
    return {
      ...ticket,
      version: Math.max(ticket.version, version + 1),
      noteCount: ticket.noteCount + 1,
      notes: [...ticket.notes, { noteId: id, author: me, ...common }],
    };
  }
  if (ticket.messages.some(({ messageId }) => messageId === id)) return ticket;
  return {
    ...ticket,
    version: Math.max(ticket.version, version + 1),
    status: resolve ? 'Resolved' : ticket.status === 'Open' ? 'In Progress' : ticket.status,
    waitingSince: null,
    messageCount: ticket.messageCount + 1,
    messages: [...ticket.messages, { messageId: id, sender: me, ...common }],
  };
}
