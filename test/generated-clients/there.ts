import { randomUUID } from 'node:crypto';
import { restClient } from '../support/rest-client.js';
import { waitFor } from '../support/wait-for.js';

/** What is there before a call, made anew for each: an example names what it needs by there(). */
export interface There {
  /** Nothing has it yet. */
  name: string;
  /** Nor this one. */
  otherName: string;
  /** Open, with the tag `refund`. */
  ticket: string;
  ticketVersion: number;
  otherTicket: string;
  /** The admin has it who calls the desk. */
  takenTicket: string;
  takenTicketVersion: number;
  otherTakenTicket: string;
  /** The admin had it. */
  closedTicket: string;
  /** With 4. */
  ratedTicket: string;
  /** With 1. */
  badlyRatedTicket: string;
  /** Of low priority; the admin has it. */
  lowTicket: string;
  category: string;
  archivedCategory: string;
  activeCategories: string[];
  macro: string;
  /** Shared. */
  view: string;
  /** All that the admin has. */
  ownViews: string[];
  /** Has a profile, as an agent. */
  namedAgent: string;
  webhook: string;
  /** Of it: a test, which failed. */
  delivery: string;
  nextDeliveries: string;
  /** Of all priorities, around the clock. */
  slaTarget: number;
  /** To be uploaded. */
  file: File;
  /** Attached to nothing. */
  uploadedFile: string;
  /** To `ticketWithFiles`, which has another one after it. */
  attachedFile: string;
  ticketWithFiles: string;
  nextFiles: string;
  /** Of the messages of `ticket`. */
  olderMessages: string;
  /** Of its notes. */
  olderNotes: string;
  /** Of its history. */
  nextTicketEvents: string;
  /** Of what the admin has, by `created`. */
  nextInQueue: string;
  /** Of what is found for `payment` among it. */
  nextFound: string;
  nextEvents: string;
}

const NAMED = Symbol('named');

/** Stands in an example for what is made before the call. */
export function there(name: keyof There): Named {
  return { [NAMED]: name };
}

export interface Named {
  [NAMED]: keyof There;
}

export function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && NAMED in value;
}

export function nameOf(value: Named): keyof There {
  return value[NAMED];
}

/** A value with what was made in the place of what stands for it. */
export function filledIn(value: unknown, made: Partial<There>): unknown {
  if (isNamed(value)) return made[nameOf(value)];
  if (Array.isArray(value)) return value.map((one) => filledIn(one, made));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, made)]));
}

export interface Tokens {
  customer: string;
  admin: string;
}

/** Gives what is named, and makes it first where it isn't there yet. */
type Get = <Name extends keyof There>(name: Name) => Promise<There[Name]>;
// biome-ignore lint/suspicious/noExplicitAny: what is in an answer is looked at by who asks
type Send = (method: string, path: string, body?: unknown) => Promise<any>;
interface Making {
  get: Get;
  /** As the customer. */
  uploadFile(): Promise<string>;
  customer: Send;
  admin: Send;
}

const openTicket = async ({ customer, admin }: Making): Promise<string> => {
  const { ticketId } = await customer('POST', '/support/tickets', {
    subject: 'Unable to make payment',
    description: 'The payment fails',
    categoryId: 'category_001',
  });
  await admin('PATCH', `/desk/tickets/${ticketId}/tags`, { add: ['refund'] });
  return ticketId;
};

const takeTicket = async (making: Making): Promise<string> => {
  const ticketId = await openTicket(making);
  await making.admin('POST', `/desk/tickets/${ticketId}/take`);
  return ticketId;
};

const closeTicket = async (making: Making): Promise<string> => {
  const ticketId = await takeTicket(making);
  await making.customer('POST', `/support/tickets/${ticketId}/close`);
  return ticketId;
};

const createCategory = async ({ get, admin }: Making): Promise<string> =>
  (await admin('POST', '/desk/categories', { name: await get('name'), description: 'Made for a call' })).categoryId;

/** Of a list in which taken tickets are. */
const nextOf = async ({ get, admin }: Making, path: string): Promise<string> => {
  await get('takenTicket');
  await get('otherTakenTicket');
  return (await admin('GET', path)).next;
};

/** A delivery that changes no more: a test is sent once, and what is pending may change between two requests. */
const failedTest = async ({ get, admin }: Making): Promise<string> => {
  const path = `/desk/webhooks/${await get('webhook')}`;
  const { deliveryId } = await admin('POST', `${path}/test`);
  await waitFor(async () => (await admin('GET', `${path}/deliveries/${deliveryId}`)).state === 'failed');
  return deliveryId;
};

/** There may be 100. */
const clearViews = async (admin: Send): Promise<void> => {
  for (const { viewId } of await admin('GET', '/desk/views')) await admin('DELETE', `/desk/views/${viewId}`);
};

const newName = async () => `Of ${randomUUID()}`;

const MAKE: { [Name in keyof There]: (making: Making) => Promise<There[Name]> } = {
  name: newName,
  otherName: newName,
  ticket: openTicket,
  ticketVersion: async ({ get, admin }) => (await admin('GET', `/desk/tickets/${await get('ticket')}`)).version,
  otherTicket: openTicket,
  takenTicket: takeTicket,
  otherTakenTicket: takeTicket,
  takenTicketVersion: async ({ get, admin }) =>
    (await admin('GET', `/desk/tickets/${await get('takenTicket')}`)).version,
  closedTicket: closeTicket,
  async ratedTicket({ get, customer }) {
    const ticketId = await get('closedTicket');
    await customer('POST', `/support/tickets/${ticketId}/rating`, { score: 4 });
    return ticketId;
  },
  async badlyRatedTicket(making) {
    const ticketId = await closeTicket(making);
    await making.customer('POST', `/support/tickets/${ticketId}/rating`, { score: 1 });
    return ticketId;
  },
  async lowTicket(making) {
    const ticketId = await takeTicket(making);
    await making.admin('PATCH', `/desk/tickets/${ticketId}`, { priority: 'Low' });
    return ticketId;
  },
  category: createCategory,
  async archivedCategory(making) {
    const categoryId = await createCategory(making);
    await making.admin('POST', `/desk/categories/${categoryId}/archive`);
    return categoryId;
  },
  async activeCategories({ customer }) {
    const categories: { categoryId: string }[] = await customer('GET', '/support/categories');
    return categories.map(({ categoryId }) => categoryId);
  },
  macro: async ({ get, admin }) =>
    (await admin('POST', '/desk/macros', { name: await get('name'), text: 'About {{ticket.subject}}' })).macroId,
  view: async ({ get, admin }) => {
    await clearViews(admin);
    const view = { name: await get('name'), filters: { tag: 'refund' }, shared: true };
    return (await admin('POST', '/desk/views', view)).viewId;
  },
  ownViews: async ({ admin }) => {
    await clearViews(admin);
    const ids: string[] = [];
    for (const name of ['Cards', 'Loans']) ids.push((await admin('POST', '/desk/views', { name })).viewId);
    return ids.reverse();
  },
  async namedAgent({ admin }) {
    await admin('POST', '/desk/profiles/import', { profiles: [{ userId: 'agent_123', name: 'Dana', role: 'agent' }] });
    return 'agent_123';
  },
  webhook: async ({ admin }) => {
    // There may be 20.
    for (const { webhookId } of await admin('GET', '/desk/webhooks'))
      await admin('DELETE', `/desk/webhooks/${webhookId}`);
    // No host has a name that ends so (RFC 2606): whatever the network, what is sent to it fails.
    return (await admin('POST', '/desk/webhooks', { url: 'https://webhooks.invalid/hook' })).webhookId;
  },
  delivery: failedTest,
  async nextDeliveries(making) {
    for (let test = 0; test < 2; test += 1) await failedTest(making);
    const path = `/desk/webhooks/${await making.get('webhook')}/deliveries`;
    return (await making.admin('GET', `${path}?state=failed&limit=1`)).next;
  },
  async slaTarget({ admin }) {
    const target = { firstResponseMinutes: 60, resolutionMinutes: 60 };
    const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
    const weeklyHours = days.map((day) => ({ day, opens: '00:00', closes: '24:00' }));
    await admin('PUT', '/desk/sla/calendar', { timeZone: 'UTC', weeklyHours, holidays: [] });
    for (const priority of ['Low', 'Medium', 'High', 'Critical'])
      await admin('PUT', `/desk/sla/targets/${priority}`, target);
    return target.resolutionMinutes;
  },
  file: async () => new File(['The payment fails'], 'error.txt', { type: 'text/plain' }),
  uploadedFile: ({ uploadFile }) => uploadFile(),
  attachedFile: ({ uploadFile }) => uploadFile(),
  async ticketWithFiles({ get, uploadFile, customer }) {
    const attachments = [await get('attachedFile'), await uploadFile()];
    const ticket = { subject: 'Error', description: 'See the files', categoryId: 'category_001', attachments };
    return (await customer('POST', '/support/tickets', ticket)).ticketId;
  },
  nextFiles: async ({ get, customer }) =>
    (await customer('GET', `/support/tickets/${await get('ticketWithFiles')}/files?limit=1`)).next,
  async olderMessages({ get, admin }) {
    const path = `/desk/tickets/${await get('ticket')}`;
    for (const message of ['one', 'two']) await admin('POST', `${path}/replies`, { message });
    return (await admin('GET', `${path}/messages?limit=1`)).older;
  },
  async olderNotes({ get, admin }) {
    const path = `/desk/tickets/${await get('ticket')}/notes`;
    for (const content of ['one', 'two']) await admin('POST', path, { content });
    return (await admin('GET', `${path}?limit=1`)).older;
  },
  nextTicketEvents: async ({ get, admin }) =>
    (await admin('GET', `/desk/tickets/${await get('ticket')}/events?limit=1`)).next,
  nextInQueue: (making) => nextOf(making, '/desk/tickets?limit=1&sort=created&assignee=me'),
  nextFound: (making) => nextOf(making, '/desk/search?limit=1&q=payment&assignee=me'),
  nextEvents: (making) => nextOf(making, '/desk/events?limit=1'),
};

/** Makes what is named, one after another, by plain requests to a server. */
export async function make(url: string, tokens: Tokens, names: Iterable<keyof There>): Promise<Partial<There>> {
  const made = new Map<keyof There, Promise<unknown>>();
  const sender =
    (token: string): Send =>
    async (method, path, body) => {
      const answer = await restClient(url, token).call(method, path, body);
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
      return answer.body.data;
    };
  const making: Making = {
    async get(name) {
      const value = made.get(name) ?? MAKE[name](making);
      made.set(name, value);
      return (await value) as There[typeof name];
    },
    async uploadFile() {
      const headers = { authorization: `Bearer ${tokens.customer}` };
      const path = `${url}/support/files?name=error.txt`;
      const answer = await fetch(path, { method: 'POST', headers, body: 'The payment fails' });
      return ((await answer.json()) as { data: { fileId: string } }).data.fileId;
    },
    customer: sender(tokens.customer),
    admin: sender(tokens.admin),
  };
  for (const name of names) await making.get(name);
  return Object.fromEntries(await Promise.all([...made].map(async ([name, value]) => [name, await value])));
}
