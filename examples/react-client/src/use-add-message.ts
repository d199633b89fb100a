import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SupportOutputs, supportError, type UploadedFile, withIdempotencyKey } from 'support-api/client';
import { useTRPC, useTRPCClient } from './trpc.js';

type MessagePage = SupportOutputs['support']['messages']['list'];
interface NewMessage {
  message: string;
  /** Uploaded before, and attached with it. */
  files: UploadedFile[];
  key: string;
}

export const newestMessages = (ticketId: string) => ({ ticketId, limit: 20 });
export const olderMessages = { getNextPageParam: (page: MessagePage) => page.older };

/** Adds a message that is shown at once, and is taken back where the server refuses it. */
export function useAddMessage(ticketId: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const conversation = trpc.support.messages.list.infiniteQueryKey(newestMessages(ticketId));

  return useMutation({
    mutationFn: ({ message, files, key }: NewMessage) => {
      const attachments = files.map(({ fileId }) => fileId);
      return client.support.messages.add.mutate({ ticketId, message, attachments }, withIdempotencyKey(key));
    },
    // Where no answer came it may have been stored: with its key it can be sent again.
    retry: (failures, error) => failures < 3 && supportError(error) === undefined,
    onMutate: async ({ message, files, key }) => {
      // An answer that is on its way would put the list back to what it was.
      await queries.cancelQueries({ queryKey: conversation });
      const before = queries.getQueryData(conversation);
      queries.setQueryData(conversation, (shown) => {
        const [newest, ...older] = shown?.pages ?? [];
        if (shown === undefined || newest === undefined) return shown;
        const timestamp = new Date().toISOString();
        const attachments = files.map(({ fileId }) => fileId);
        const shownFiles = files.map(({ fileId, name, size, type }) => ({ fileId, stored: true, name, size, type }));
        const added = { messageId: key, sender: 'me', content: message, attachments, files: shownFiles, timestamp };
        return { ...shown, pages: [{ ...newest, messages: [...newest.messages, added] }, ...older] };
      });
      return { before };
    },
    onError: (_error, _message, result) => queries.setQueryData(conversation, result?.before),
    // The server's list has what others wrote meanwhile, and the ticket may have another status.
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.support.pathKey() }),
  });
}
