import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useTRPC } from './trpc.js';
import { newestMessages, olderMessages, useAddMessage } from './use-add-message.js';

/** A ticket, its conversation with the newest message last, and a form to go on with it. */
export function Ticket({ ticketId, onBack }: { ticketId: string; onBack: () => void }) {
  const trpc = useTRPC();
  const ticket = useQuery(trpc.support.tickets.get.queryOptions({ ticketId }));
  const conversation = useInfiniteQuery(
    trpc.support.messages.list.infiniteQueryOptions(newestMessages(ticketId), olderMessages),
  );
  const addMessage = useAddMessage(ticketId);

  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const message = String(new FormData(form).get('message'));
    // A key for each message, the same for each try: however often it is sent, it is stored once.
    addMessage.mutate({ message, key: crypto.randomUUID() }, { onSuccess: () => form.reset() });
  };

  if (ticket.isPending || conversation.isPending) return <p>Loading…</p>;
  const failed = ticket.error ?? conversation.error;
  if (failed || !ticket.data || !conversation.data) return <p role="alert">{failed?.message}</p>;
  // Each page is older than the one before it; within a page the oldest message comes first.
  const messages = conversation.data.pages.toReversed().flatMap((page) => page.messages);
  return (
    <main>
      <button type="button" onClick={onBack}>
        Back
      </button>
      <h1>{ticket.data.subject}</h1>
      <p>{ticket.data.description}</p>
      {conversation.hasNextPage && (
        <button type="button" disabled={conversation.isFetching} onClick={() => conversation.fetchNextPage()}>
          Older
        </button>
      )}
      <ol>
        {messages.map(({ messageId, content }) => (
          <li key={messageId} aria-busy={messageId === addMessage.variables?.key}>
            {content}
          </li>
        ))}
      </ol>
      <form onSubmit={send}>
        <textarea name="message" required aria-label="Message" />
        <button type="submit" disabled={addMessage.isPending}>
          Send
        </button>
      </form>
      {addMessage.isError && <p role="alert">{addMessage.error.message}</p>}
    </main>
  );
}
