import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ChangeEvent, FormEvent } from 'react';
import { FileLinks } from './file-links.jsx';
import { useTRPC } from './trpc.js';
import { newestMessages, olderMessages, useAddMessage } from './use-add-message.js';
import { useUpload } from './use-upload.js';

/** A ticket, its conversation with the newest message last, and a form to go on with it. */
export function Ticket({ ticketId, onBack }: { ticketId: string; onBack: () => void }) {
  const trpc = useTRPC();
  const ticket = useQuery(trpc.support.tickets.get.queryOptions({ ticketId }));
  const conversation = useInfiniteQuery(
    trpc.support.messages.list.infiniteQueryOptions(newestMessages(ticketId), olderMessages),
  );
  const addMessage = useAddMessage(ticketId);
  const upload = useUpload();

  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const message = String(new FormData(form).get('message'));
    // A key for each message, the same for each try: however often it is sent, it is stored once.
    addMessage.mutate(
      { message, files: upload.files, key: crypto.randomUUID() },
      {
        onSuccess: () => {
          form.reset();
          upload.clear();
        },
      },
    );
  };
  const choose = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const [file] = currentTarget.files ?? [];
    if (file !== undefined) upload.start(file);
  };
  const isUploading = upload.progress !== undefined;

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
        {messages.map(({ messageId, content, files }) => (
          <li key={messageId} aria-busy={messageId === addMessage.variables?.key}>
            {content}
            <FileLinks files={files} />
          </li>
        ))}
      </ol>
      <form onSubmit={send}>
        <textarea name="message" required aria-label="Message" />
        <input type="file" aria-label="File" disabled={isUploading} onChange={choose} />
        {isUploading && (
          <>
            <progress value={upload.progress} aria-label="Upload" />
            <button type="button" onClick={upload.end}>
              Cancel
            </button>
          </>
        )}
        {upload.files.map(({ fileId, name }) => (
          <span key={fileId}> {name}</span>
        ))}
        <button type="submit" disabled={addMessage.isPending || isUploading}>
          Send
        </button>
      </form>
      {addMessage.isError && <p role="alert">{addMessage.error.message}</p>}
      {upload.error && <p role="alert">{upload.error.message}</p>}
    </main>
  );
}
