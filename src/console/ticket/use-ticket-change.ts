import { type InfiniteData, useMutation, useQueryClient } from '@tanstack/react-query';
import { withIdempotencyKey } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { explain, waitMs } from '../api/explain.js';
import {
  type DeskTicket,
  type QueuePage,
  type TicketPriority,
  type TicketStatus,
  useTRPC,
  useTRPCClient,
} from '../api/trpc.js';
import { mapTickets } from '../queue/use-queue.js';
import { session } from '../session/session.js';
import { tellFailure } from '../ui/toasts.js';
import { t } from '../words/words.js';

type Fields = Partial<
  Pick<
    DeskTicket,
    'status' | 'priority' | 'categoryId' | 'assignedAgent' | 'tags' | 'resolution' | 'version' | 'waitingSince'
  >
>;
type Call = ReturnType<typeof withIdempotencyKey>;

interface Change {
  /** Its name, where it fails. */
  what: string;
  /** What the ticket will be. */
  fields: Fields;
  send(call: Call): Promise<Fields>;
  key: string;
}

const TRIES = 3;

/** Changes of one ticket: shown at once, taken back where the server refuses them, and then it says why. */
export function useTicketChange(ticketId: string) {
  const trpc = useTRPC();
  const { desk } = useTRPCClient();
  const queries = useQueryClient();
  const key = trpc.desk.tickets.get.queryKey({ ticketId });

  const show = (fields: Fields) => {
    queries.setQueryData(key, (ticket) => ticket && { ...ticket, ...fields });
    const { tags: _tags, resolution: _resolution, ...ofRow } = fields;
    queries.setQueriesData<InfiniteData<QueuePage, string | null>>(
      { queryKey: trpc.desk.tickets.list.infiniteQueryKey() },
      (data) => data && mapTickets(data, (row) => (row.ticketId === ticketId ? { ...row, ...ofRow } : row)),
    );
  };

  const mutation = useMutation({
    mutationFn: ({ send, key }: Change) => send(withIdempotencyKey(key)),
    // One after another, as they were asked for.
    scope: { id: ticketId },
    retry: (failures, error) => failures < TRIES && explain(error).remedy === 'wait',
    retryDelay: waitMs,
    onMutate: async ({ fields }) => {
      await queries.cancelQueries({ queryKey: key });
      const ticket = queries.getQueryData(key);
      show(fields);
      return { before: ticket && pick(ticket, fields) };
    },
    onSuccess: show,
    onError: (error, change, result) => {
      if (result?.before) show(result.before);
      const { text, remedy } = explain(error);
      const again = () => mutation.mutate({ ...change, key: randomId() });
      tellFailure(t.changes.failed(change.what), text, remedy === 'change' ? undefined : again);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  const change = (what: string, fields: Fields, send: Change['send']) =>
    mutation.mutate({ what, fields, send, key: randomId() });
  const statusOf = () => queries.getQueryData(key)?.status;
  const begun = (): Fields => (statusOf() === 'Open' ? { status: 'In Progress' } : {});

  return {
    take: () =>
      change(t.changes.take, { assignedAgent: session.account.value?.userId ?? null, ...begun() }, (call) =>
        desk.tickets.take.mutate({ ticketId }, call),
      ),
    assign: (agentId: string | null) =>
      agentId === null
        ? change(t.changes.unassign, { assignedAgent: null }, (call) =>
            desk.tickets.unassign.mutate({ ticketId }, call),
          )
        : change(t.changes.assign, { assignedAgent: agentId, ...begun() }, (call) =>
            desk.tickets.assign.mutate({ ticketId, agentId }, call),
          ),
    setPriority: (priority: TicketPriority) =>
      change(t.changes.priority, { priority }, (call) => desk.tickets.update.mutate({ ticketId, priority }, call)),
    setCategory: (categoryId: string) =>
      change(t.changes.category, { categoryId }, (call) => desk.tickets.update.mutate({ ticketId, categoryId }, call)),
    setStatus: (status: TicketStatus) =>
      change(t.changes.status, { status }, (call) => desk.tickets.update.mutate({ ticketId, status }, call)),
    resolve: (resolution: string) =>
      change(t.changes.resolve, { status: 'Resolved', resolution: resolution || null, waitingSince: null }, (call) =>
        desk.tickets.resolve.mutate({ ticketId, ...(resolution && { resolution }) }, call),
      ),
    setTags: (tags: string[]) => {
      const before = queries.getQueryData(key)?.tags ?? [];
      const add = tags.filter((tag) => !before.includes(tag));
      const remove = before.filter((tag) => !tags.includes(tag));
      change(t.changes.tags, { tags: [...tags].sort() }, (call) =>
        desk.tags.change.mutate({ ticketId, add, remove }, call),
      );
    },
  };
}

function pick(ticket: DeskTicket, fields: Fields): Fields {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, ticket[name as keyof Fields]]));
}
