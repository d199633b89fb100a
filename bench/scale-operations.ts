import type { Filled, Shape } from './scale-data.js';

const LIMIT = 20;

/** A kind of request, and what a right answer to it looks like. */
export interface Operation {
  name: string;
  request(n: number): Request;
}

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  user: string;
  body?: string;
  /** @returns what is wrong with `data` or the total of a list */
  fault(data: unknown, total: number): string | undefined;
}

interface Listed {
  ticketId: string;
  status: string;
  priority: string;
  createdAt: string;
}

/** Page 500, or the last full one where a user has fewer. */
export function farPage(total: number): number {
  return Math.max(1, Math.min(500, Math.floor(total / LIMIT)));
}

/** What is measured on a database: the same requests on all, each about another user or ticket than the one before. */
export function operationsOn({ heavyUsers, lightUsers }: Shape, { samples }: Filled, totals: Totals): Operation[] {
  const heavy = (n: number) => `heavy_${n % heavyUsers}`;
  // The first of the light users have the most tickets of them.
  const light = (n: number) => `light_${(n * 7) % lightUsers}`;
  const heavyTickets = samples.filter((one) => one.heavy);
  const lightTickets = samples.filter((one) => !one.heavy);
  const open = samples.filter((one) => !one.closed);
  const list = (name: string, user: (n: number) => string, filter: Filter, far: boolean): Operation => ({
    name,
    request: (n) => listRequest(user(n), filter, far ? farPage(totals(user(n), filter)) : 1),
  });
  return [
    list('list, page 1', heavy, {}, false),
    list('list, page 500', heavy, {}, true),
    list('list by status, page 1', heavy, { status: 'Closed' }, false),
    list('list by status, page 500', heavy, { status: 'Closed' }, true),
    list('list by priority, page 1', heavy, { priority: 'Critical' }, false),
    list('list by priority, page 500', heavy, { priority: 'Medium' }, true),
    list('list by both, page 1', heavy, { status: 'In Progress', priority: 'Critical' }, false),
    list('list by both, page 500', heavy, { status: 'Closed', priority: 'Medium' }, true),
    list('list, a light user', light, {}, false),
    { name: 'get, of a heavy user', request: (n) => getRequest(heavyTickets[n % heavyTickets.length] as Sample) },
    { name: 'get, of a light user', request: (n) => getRequest(lightTickets[n % lightTickets.length] as Sample) },
    { name: 'message', request: (n) => messageRequest(open[n % open.length] as Sample) },
    { name: 'create, by a heavy user', request: (n) => createRequest(heavy(n)) },
    { name: 'create, by a light user', request: (n) => createRequest(light(n)) },
  ];
}

type Sample = Filled['samples'][number];
export type Filter = { status?: string; priority?: string };
/** How many tickets a user had at the beginning. */
export type Totals = (user: string, filter: Filter) => number;

export function listPath(filter: Filter, page: number): string {
  return `/support/tickets?${new URLSearchParams({ ...filter, page: String(page), limit: String(LIMIT) })}`;
}

function listRequest(user: string, filter: Filter, page: number): Request {
  return {
    method: 'GET',
    path: listPath(filter, page),
    user,
    fault(data, total) {
      const rows = data as Listed[];
      const full = Math.max(0, Math.min(LIMIT, total - (page - 1) * LIMIT));
      if (rows.length !== full) return `${rows.length} rows of ${full}`;
      if (rows.some((row, n) => n > 0 && row.createdAt > (rows[n - 1] as Listed).createdAt)) return 'not newest first';
      const { status, priority } = filter;
      if (rows.some((row) => status && row.status !== status)) return 'another status';
      if (rows.some((row) => priority && row.priority !== priority)) return 'another priority';
      return undefined;
    },
  };
}

function getRequest({ ticketId, user }: Sample): Request {
  return {
    method: 'GET',
    path: `/support/tickets/${ticketId}`,
    user,
    fault: (data) => ((data as { userId: string }).userId === user ? undefined : `not of ${user}`),
  };
}

const MESSAGE = "I've tried multiple times but still getting an error";
const TICKET = {
  subject: 'Unable to make payment',
  description: "I'm experiencing issues making a payment on my loan",
  categoryId: 'category_001',
  priority: 'High',
};

function messageRequest({ ticketId, user }: Sample): Request {
  return {
    method: 'POST',
    path: `/support/tickets/${ticketId}/messages`,
    user,
    body: JSON.stringify({ message: MESSAGE }),
    fault: (data) => ((data as { ticketId: string }).ticketId === ticketId ? undefined : 'another ticket'),
  };
}

function createRequest(user: string): Request {
  return {
    method: 'POST',
    path: '/support/tickets',
    user,
    body: JSON.stringify(TICKET),
    fault: (data) => ((data as { status: string }).status === 'Open' ? undefined : 'not open'),
  };
}
