import { createSupportClient, type ErrorDetail, supportError } from '../../src/client/index.js';
import { restClient } from './rest-client.js';

/** What an operation came to, the same from both surfaces. `data` is what clients see, whatever it is. */
export type Outcome =
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
  | { ok: true; status: 200; data: any; headers: Headers }
  | {
      ok: false;
      status: number;
      code: string;
      message: string;
      details?: ErrorDetail[];
      requestId?: string;
      headers: Headers;
    };

/** The desk's work on tickets. */
export interface DeskSurface {
  get(ticketId: string): Promise<Outcome>;
  take(ticketId: string, input?: unknown): Promise<Outcome>;
  assign(ticketId: string, input?: unknown): Promise<Outcome>;
  unassign(ticketId: string, input?: unknown): Promise<Outcome>;
  update(ticketId: string, input?: unknown): Promise<Outcome>;
  resolve(ticketId: string, input?: unknown): Promise<Outcome>;
  bulk(input?: unknown): Promise<Outcome>;
  reply(ticketId: string, input?: unknown): Promise<Outcome>;
  note(ticketId: string, input?: unknown): Promise<Outcome>;
  ticketEvents(ticketId: string, query?: Record<string, unknown>): Promise<Outcome>;
  events(query?: Record<string, unknown>): Promise<Outcome>;
  queue(): Promise<Outcome>;
  /** Says that one is at a ticket. */
  beat(ticketId: string, input?: unknown): Promise<Outcome>;
  leave(ticketId: string): Promise<Outcome>;
}

/** The six documented operations for one user, the pages of a conversation, and the desk's. Inputs are what a test wants to send, right or wrong. */
export interface Surface {
  create(input?: unknown): Promise<Outcome>;
  list(query?: Record<string, unknown>): Promise<Outcome>;
  get(ticketId: string): Promise<Outcome>;
  addMessage(ticketId: string, input?: unknown): Promise<Outcome>;
  /** One page of its messages. */
  messages(ticketId: string, query?: Record<string, unknown>): Promise<Outcome>;
  close(ticketId: string, input?: unknown): Promise<Outcome>;
  categories(): Promise<Outcome>;
  readonly desk: DeskSurface;
}

export interface SurfaceOptions {
  headers?: Record<string, string>;
}

/** Opens a surface of the server at `url` for the user of `token` (none: no Authorization header). */
export type OpenSurface = (url: string, token?: string, options?: SurfaceOptions) => Surface;

export const openRest: OpenSurface = (url, token, options) => {
  const client = restClient(url, token, options?.headers);
  const ticket = (ticketId: string) => `/support/tickets/${encodeURIComponent(ticketId)}`;
  const deskTicket = (ticketId: string) => `/desk/tickets/${encodeURIComponent(ticketId)}`;
  const search = (query: Record<string, unknown>) => `?${new URLSearchParams(query as Record<string, string>)}`;
  const onTicket = (verb: string) => (ticketId: string, input?: unknown) =>
    send(client.post(`${deskTicket(ticketId)}/${verb}`, input));
  const send = async (answer: ReturnType<typeof client.get>): Promise<Outcome> => {
    const { status, headers, body } = await answer;
    if (body.success) return { ok: true, status: 200, data: body.data, headers };
    return { ok: false, status, ...body.error, headers };
  };
  return {
    create: (input) => send(client.post('/support/tickets', input)),
    list: (query = {}) => send(client.get(`/support/tickets?${new URLSearchParams(query as Record<string, string>)}`)),
    get: (ticketId) => send(client.get(ticket(ticketId))),
    addMessage: (ticketId, input) => send(client.post(`${ticket(ticketId)}/messages`, input)),
    messages: (ticketId, query = {}) => send(client.get(`${ticket(ticketId)}/messages${search(query)}`)),
    close: (ticketId, input) => send(client.post(`${ticket(ticketId)}/close`, input)),
    categories: () => send(client.get('/support/categories')),
    desk: {
      get: (ticketId) => send(client.get(deskTicket(ticketId))),
      take: onTicket('take'),
      assign: onTicket('assign'),
      unassign: onTicket('unassign'),
      update: (ticketId, input) => send(client.patch(deskTicket(ticketId), input)),
      resolve: onTicket('resolve'),
      bulk: (input) => send(client.post('/desk/tickets/bulk', input)),
      reply: onTicket('replies'),
      note: onTicket('notes'),
      ticketEvents: (ticketId, query = {}) => send(client.get(`${deskTicket(ticketId)}/events${search(query)}`)),
      events: (query = {}) => send(client.get(`/desk/events${search(query)}`)),
      queue: () => send(client.get('/desk/tickets?limit=100')),
      beat: (ticketId, input) => send(client.call('PUT', `${deskTicket(ticketId)}/presence`, input)),
      leave: (ticketId) => send(client.call('DELETE', `${deskTicket(ticketId)}/presence`)),
    },
  };
};

export const openTrpc: OpenSurface = (url, token, options) => {
  const send = async (call: (client: ReturnType<typeof createSupportClient>) => Promise<unknown>): Promise<Outcome> => {
    let headers = new Headers();
    const client = createSupportClient({
      url,
      token: token ?? '',
      ...options,
      fetch: async (input, init) => {
        const sent = new Headers(init?.headers);
        if (token === undefined) sent.delete('authorization');
        const answer = await fetch(input, { ...init, headers: sent });
        headers = answer.headers;
        return answer;
      },
    });
    try {
      return { ok: true, status: 200, data: await call(client), headers };
    } catch (error) {
      const failure = supportError(error);
      if (failure === undefined) throw error;
      const { httpStatus, path: _procedure, ...rest } = failure;
      return { ok: false, status: httpStatus, ...rest, headers };
    }
  };
  return {
    create: (input) => send(({ support }) => support.tickets.create.mutate(input as never)),
    list: (query) => send(({ support }) => support.tickets.list.query(query as never)),
    get: (ticketId) => send(({ support }) => support.tickets.get.query({ ticketId })),
    addMessage: (ticketId, input) =>
      send(({ support }) => support.messages.add.mutate({ ticketId, ...(input as object) } as never)),
    messages: (ticketId, query) => send(({ support }) => support.messages.list.query(withId(ticketId, query))),
    close: (ticketId, input) =>
      send(({ support }) => support.tickets.close.mutate({ ticketId, ...(input as object) } as never)),
    categories: () => send(({ support }) => support.categories.list.query()),
    desk: {
      get: (ticketId) => send(({ desk }) => desk.tickets.get.query({ ticketId })),
      take: (ticketId, input) => send(({ desk }) => desk.tickets.take.mutate(withId(ticketId, input))),
      assign: (ticketId, input) => send(({ desk }) => desk.tickets.assign.mutate(withId(ticketId, input))),
      unassign: (ticketId, input) => send(({ desk }) => desk.tickets.unassign.mutate(withId(ticketId, input))),
      update: (ticketId, input) => send(({ desk }) => desk.tickets.update.mutate(withId(ticketId, input))),
      resolve: (ticketId, input) => send(({ desk }) => desk.tickets.resolve.mutate(withId(ticketId, input))),
      bulk: (input) => send(({ desk }) => desk.tickets.bulk.mutate(input as never)),
      reply: (ticketId, input) => send(({ desk }) => desk.messages.reply.mutate(withId(ticketId, input))),
      note: (ticketId, input) => send(({ desk }) => desk.notes.add.mutate(withId(ticketId, input))),
      ticketEvents: (ticketId, query) => send(({ desk }) => desk.tickets.events.query(withId(ticketId, query))),
      events: (query) => send(({ desk }) => desk.events.list.query(query as never)),
      queue: () => send(({ desk }) => desk.tickets.list.query({ limit: 100 })),
      beat: (ticketId, input) => send(({ desk }) => desk.presence.beat.mutate(withId(ticketId, input))),
      leave: (ticketId) => send(({ desk }) => desk.presence.leave.mutate({ ticketId })),
    },
  };
};

const withId = (ticketId: string, input: unknown) => ({ ticketId, ...(input as object) }) as never;

/** For `describe.each(SURFACES)`. */
export const SURFACES: [name: 'REST' | 'tRPC', open: OpenSurface][] = [
  ['REST', openRest],
  ['tRPC', openTrpc],
];
