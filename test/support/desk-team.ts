import createClient from 'openapi-fetch';
import type { paths } from '../../examples/rest-client/src/schema.js';
import type { SupportClient, SupportInputs } from '../../src/client/index.js';

type Body<Path extends keyof paths, Method extends 'post' | 'patch'> =
  paths[Path] extends Record<Method, { requestBody?: { content: { 'application/json': infer Json } } }> ? Json : never;
type Change = Body<'/desk/tickets/{ticketId}', 'patch'>;
type BulkChange = Body<'/desk/tickets/bulk', 'post'>['change'];

export type RestApi = ReturnType<typeof restApi>;
/** Without what tRPC marks its promises with. */
type Plain<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...input: infer Input) => PromiseLike<infer Output>
    ? (...input: Input) => Promise<Output>
    : Calls[Name];
};
export type Agent = Plain<ReturnType<typeof typedAgent>>;
export type Admin = ReturnType<typeof restAdmin>;

/** What REST said was wrong. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The client that openapi-typescript and openapi-fetch make of openapi.json. */
export function restApi(baseUrl: string, token: string, fetch: typeof globalThis.fetch = globalThis.fetch) {
  return createClient<paths>({
    baseUrl,
    headers: { authorization: `Bearer ${token}` },
    fetch: (request) => fetch(request),
  });
}

/** What is in the envelope. @throws Refusal */
export function dataOf<Data>({
  data,
  error,
}: {
  data?: { data: Data };
  error?: { error: Omit<Refusal, 'name'> };
}): Data {
  if (data) return data.data;
  throw new Refusal(error?.error.code ?? 'none', error?.error.message ?? 'No answer');
}

/** An agent whose tools are built on the typed client. */
export function typedAgent(id: string, { desk }: SupportClient) {
  return {
    id,
    queue: () => desk.tickets.list.query(),
    counts: () => desk.tickets.counts.query(),
    search: (q: string) => desk.search.tickets.query({ q }),
    read: (ticketId: string) => desk.tickets.get.query({ ticketId }),
    take: (ticketId: string) => desk.tickets.take.mutate({ ticketId }),
    handOver: (ticketId: string, agentId: string) => desk.tickets.assign.mutate({ ticketId, agentId }),
    note: (ticketId: string, content: string) => desk.notes.add.mutate({ ticketId, content }),
    render: (macroId: string, ticketId: string) => desk.macros.render.query({ macroId, ticketId }),
    reply: (ticketId: string, message: string) => desk.messages.reply.mutate({ ticketId, message }),
    tag: (ticketId: string, add: string[]) => desk.tags.change.mutate({ ticketId, add }),
    change: (ticketId: string, change: Change) => desk.tickets.update.mutate({ ticketId, ...change }),
    changeAll: (ticketIds: string[], change: BulkChange) => desk.tickets.bulk.mutate({ ticketIds, change }),
    resolve: (ticketId: string, resolution: string) => desk.tickets.resolve.mutate({ ticketId, resolution }),
    rating: (ticketId: string) => desk.ratings.get.query({ ticketId }),
  };
}

/** The same for one whose tools are built on REST: that it compiles says that both surfaces have the same shapes. */
export function restAgent(id: string, api: RestApi): Agent {
  const of = (ticketId: string) => ({ params: { path: { ticketId } } });
  return {
    id,
    queue: async () => dataOf(await api.GET('/desk/tickets')),
    counts: async () => dataOf(await api.GET('/desk/tickets/counts')),
    search: async (q) => dataOf(await api.GET('/desk/search', { params: { query: { q } } })),
    read: async (ticketId) => dataOf(await api.GET('/desk/tickets/{ticketId}', of(ticketId))),
    take: async (ticketId) => dataOf(await api.POST('/desk/tickets/{ticketId}/take', of(ticketId))),
    handOver: async (ticketId, agentId) =>
      dataOf(await api.POST('/desk/tickets/{ticketId}/assign', { ...of(ticketId), body: { agentId } })),
    note: async (ticketId, content) =>
      dataOf(await api.POST('/desk/tickets/{ticketId}/notes', { ...of(ticketId), body: { content } })),
    render: async (macroId, ticketId) =>
      dataOf(await api.POST('/desk/macros/{macroId}/render', { params: { path: { macroId } }, body: { ticketId } })),
    reply: async (ticketId, message) =>
      dataOf(await api.POST('/desk/tickets/{ticketId}/replies', { ...of(ticketId), body: { message } })),
    tag: async (ticketId, add) =>
      dataOf(await api.PATCH('/desk/tickets/{ticketId}/tags', { ...of(ticketId), body: { add } })),
    change: async (ticketId, change) =>
      dataOf(await api.PATCH('/desk/tickets/{ticketId}', { ...of(ticketId), body: change })),
    changeAll: async (ticketIds, change) =>
      dataOf(await api.POST('/desk/tickets/bulk', { body: { ticketIds, change } })),
    resolve: async (ticketId, resolution) =>
      dataOf(await api.POST('/desk/tickets/{ticketId}/resolve', { ...of(ticketId), body: { resolution } })),
    rating: async (ticketId) => dataOf(await api.GET('/desk/tickets/{ticketId}/rating', of(ticketId))),
  };
}

/** An admin, by REST. */
export function restAdmin(api: RestApi) {
  return {
    addCategory: async (body: SupportInputs['desk']['categories']['create']) =>
      dataOf(await api.POST('/desk/categories', { body })),
    orderCategories: async (categoryIds: string[]) =>
      dataOf(await api.PUT('/desk/categories/order', { body: { categoryIds } })),
    archiveCategory: async (categoryId: string) =>
      dataOf(await api.POST('/desk/categories/{categoryId}/archive', { params: { path: { categoryId } } })),
    categories: async () => dataOf(await api.GET('/desk/categories')),
    addMacro: async (body: SupportInputs['desk']['macros']['create']) =>
      dataOf(await api.POST('/desk/macros', { body })),
    setTarget: async (priority: string, body: Omit<SupportInputs['desk']['sla']['setTarget'], 'priority'>) =>
      dataOf(await api.PUT('/desk/sla/targets/{priority}', { params: { path: { priority } }, body })),
    breaches: async () => dataOf(await api.GET('/desk/sla/breaches')),
    /** Of the feed: so many events at most after the cursor, or from the beginning. */
    events: async (limit: number, after?: string) =>
      dataOf(await api.GET('/desk/events', { params: { query: { limit, ...(after !== undefined && { after }) } } })),
  };
}
