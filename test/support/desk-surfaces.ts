import { createSupportClient, supportError } from '../../src/client/index.js';
import { restClient } from './rest-client.js';
import type { Outcome } from './surfaces.js';

/** What agents read of all tickets. Queries are what a test wants to send, right or wrong. */
export interface DeskSurface {
  list(query?: Record<string, unknown>): Promise<Outcome>;
  counts(): Promise<Outcome>;
  search(query?: Record<string, unknown>): Promise<Outcome>;
}

type OpenDesk = (url: string, token?: string) => DeskSurface;

const openRest: OpenDesk = (url, token) => {
  const client = restClient(url, token);
  const get = async (path: string, query: Record<string, unknown> = {}): Promise<Outcome> => {
    // Lists as OpenAPI's `explode: false` has them: with commas.
    const parameters = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
    const { status, headers, body } = await client.get(`${path}?${new URLSearchParams(parameters)}`);
    if (body.success) return { ok: true, status: 200, data: body.data, headers };
    return { ok: false, status, ...body.error, headers };
  };
  return {
    list: (query) => get('/desk/tickets', query),
    counts: () => get('/desk/tickets/counts'),
    search: (query) => get('/desk/search', query),
  };
};

const openTrpc: OpenDesk = (url, token = '') => {
  const { desk } = createSupportClient({ url, token });
  const send = async (call: () => Promise<unknown>): Promise<Outcome> => {
    try {
      return { ok: true, status: 200, data: await call(), headers: new Headers() };
    } catch (error) {
      const failure = supportError(error);
      if (failure === undefined) throw error;
      const { httpStatus, path: _procedure, ...rest } = failure;
      return { ok: false, status: httpStatus, ...rest, headers: new Headers() };
    }
  };
  return {
    list: (query) => send(() => desk.tickets.list.query(query as never)),
    counts: () => send(() => desk.tickets.counts.query()),
    search: (query) => send(() => desk.search.tickets.query(query as never)),
  };
};

/** For `describe.each(DESKS)`. */
export const DESKS: [name: 'REST' | 'tRPC', open: OpenDesk][] = [
  ['REST', openRest],
  ['tRPC', openTrpc],
];
