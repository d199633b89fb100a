import { randomUUID } from 'node:crypto';
import type { Principal } from '../../src/auth/principal.js';
import { PNG, upload } from '../support/files.js';
import type { Ledger, Row } from '../support/ledger.js';
import { restClient } from '../support/rest-client.js';
import { dataOf } from '../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../support/tokens.js';

/**
 * What requests are about. They name it by these words, which are put in when a request is sent: so a request reads
 * well, and means the same when it is sent again to another server.
 */
export const TICKETS = ['TICKET_OWN', 'TICKET_OTHERS', 'TICKET_RESOLVED', 'TICKET_CLOSED', 'TICKET_MISSING'] as const;
export const MACROS = ['MACRO_SAVED', 'MACRO_MISSING'] as const;
/** The first is shared; the agent has made it. */
export const VIEWS = ['VIEW_SHARED', 'VIEW_MISSING'] as const;
/** Attached to nothing, to TICKET_OWN, and none: the customer's. */
export const FILES = ['FILE_FREE', 'FILE_ATTACHED', 'FILE_MISSING'] as const;
/** The first is active, with a delivery, which is a test. */
export const WEBHOOKS = ['WEBHOOK_ACTIVE', 'WEBHOOK_MISSING'] as const;
export const DELIVERIES = ['DELIVERY_SENT', 'DELIVERY_MISSING'] as const;
export const CATEGORIES = ['category_001', 'category_002', 'CATEGORY_ARCHIVED'] as const;
export const TOKENS = ['TOKEN_CUSTOMER', 'TOKEN_AGENT', 'TOKEN_ADMIN'] as const;

/** Any of the words; also CATEGORIES_ACTIVE, which stands in a JSON array for the ids of all active categories. */
export const WORD = /(?:TICKET|TOKEN|MACRO|VIEW|FILE|WEBHOOK|DELIVERY|CATEGORY|CATEGORIES)_[A-Z]+/g;

export const PRINCIPALS: Record<(typeof TOKENS)[number], Principal> = {
  TOKEN_CUSTOMER: { userId: 'fuzz_customer', role: 'customer' },
  TOKEN_AGENT: { userId: 'fuzz_agent', role: 'agent' },
  TOKEN_ADMIN: { userId: 'fuzz_admin', role: 'admin' },
};
const MISSING = 'ticket_01936b2e-7c1f-7abc-8def-0123456789ab';

/** Three people and what they work with on a server, kept as their names say whatever requests do to them. */
export class World {
  readonly #words = new Map<string, string>([
    ['TOKEN_CUSTOMER', customerToken(PRINCIPALS.TOKEN_CUSTOMER.userId)],
    ['TOKEN_AGENT', agentToken(PRINCIPALS.TOKEN_AGENT.userId)],
    ['TOKEN_ADMIN', adminToken(PRINCIPALS.TOKEN_ADMIN.userId)],
    ['TICKET_MISSING', MISSING],
    ['VIEW_MISSING', MISSING.replace('ticket', 'view')],
    ['FILE_MISSING', MISSING.replace('ticket', 'file')],
    ['WEBHOOK_MISSING', MISSING.replace('ticket', 'webhook')],
    ['DELIVERY_MISSING', MISSING.replace('ticket', 'delivery')],
  ]);
  readonly #ledger: Ledger;
  readonly #url: string;
  readonly #customer: Client;
  readonly #other: Client;
  readonly #admin: Client;
  readonly #agent: Client;
  /** The categories that come with the service, in order: the ledger knows them once they are changed. */
  #seeded: readonly Row[] = [];

  constructor(url: string, ledger: Ledger) {
    this.#url = url;
    this.#ledger = ledger;
    this.#customer = client(url, this.#words.get('TOKEN_CUSTOMER'));
    this.#other = client(url, customerToken('fuzz_other'));
    this.#agent = client(url, this.#words.get('TOKEN_AGENT'));
    this.#admin = client(url, this.#words.get('TOKEN_ADMIN'));
  }

  /** Makes what is not (or not any more) what it should be. */
  async restore(): Promise<void> {
    if (this.#seeded.length === 0) {
      const known = (await this.#admin('GET', '/desk/categories')) as { categoryId: string }[];
      this.#seeded = known.map(({ categoryId }, index) => ({ id: categoryId, position: index + 1, archived_at: null }));
    }
    for (const categoryId of ['category_001', 'category_002']) await this.#restoreCategory(categoryId);
    await this.#archiveCategory();
    if (this.#row('macros', 'MACRO_SAVED') === undefined) await this.#createMacro();
    await this.#restoreViews();
    if (!this.#isOpen('TICKET_OWN')) await this.#createTicket('TICKET_OWN', this.#customer);
    if (!this.#isOpen('TICKET_OTHERS')) await this.#createTicket('TICKET_OTHERS', this.#other);
    if (!this.#isRateable('TICKET_RESOLVED')) {
      const ticketId = await this.#createTicket('TICKET_RESOLVED', this.#customer);
      await this.#admin('POST', `/desk/tickets/${ticketId}/resolve`, {});
    }
    if (!this.#words.has('TICKET_CLOSED')) {
      const ticketId = await this.#createTicket('TICKET_CLOSED', this.#customer);
      await this.#customer('POST', `/support/tickets/${ticketId}/close`, {});
    }
    await this.#restoreFiles();
    await this.#restoreWebhooks();
    this.#ledger.settle(await this.#ledger.take());
    this.#words.set('CATEGORIES_ACTIVE', this.#activeCategories().join('","'));
  }

  async #restoreFiles(): Promise<void> {
    // Nobody may have many that are attached to nothing.
    for (const { id, user_id: userId } of this.#ledger.rows('files').filter(isFree)) {
      if (id === this.#words.get('FILE_FREE')) continue;
      const [word] = TOKENS.filter((token) => PRINCIPALS[token].userId === userId);
      if (word !== undefined) await client(this.#url, this.#words.get(word))('DELETE', `/support/files/${id}`);
    }
    const attached = this.#row('files', 'FILE_ATTACHED');
    if (attached === undefined || attached.removed_at !== null) {
      const attachments = [await this.#uploadFile('FILE_ATTACHED')];
      await this.#customer('POST', `/support/tickets/${this.#words.get('TICKET_OWN')}/messages`, {
        message: 'm',
        attachments,
      });
    }
    const free = this.#row('files', 'FILE_FREE');
    if (free === undefined || !isFree(free)) {
      const fileId = await this.#uploadFile('FILE_FREE');
      // The key that links are signed with is made by the first.
      await this.#customer('GET', `/support/files/${fileId}`);
    }
  }

  async #restoreWebhooks(): Promise<void> {
    const known = this.#row('webhook_endpoints', 'WEBHOOK_ACTIVE');
    // There may be 20.
    for (const { id, removed_at: removedAt } of this.#ledger.rows('webhook_endpoints')) {
      if (removedAt === null && id !== known?.id) await this.#admin('DELETE', `/desk/webhooks/${id}`);
    }
    if (known === undefined || known.removed_at !== null) {
      const input = { url: 'https://example.com/hook' };
      const { webhookId } = (await this.#admin('POST', '/desk/webhooks', input)) as { webhookId: string };
      this.#words.set('WEBHOOK_ACTIVE', webhookId);
      const sent = (await this.#admin('POST', `/desk/webhooks/${webhookId}/test`)) as { deliveryId: string };
      this.#words.set('DELIVERY_SENT', sent.deliveryId);
    } else if (known.state !== 'active') {
      await this.#admin('POST', `/desk/webhooks/${known.id}/resume`, {});
    }
  }

  async #restoreViews(): Promise<void> {
    const known = this.#row('saved_views', 'VIEW_SHARED');
    // There may be 100, and few are put into an order.
    for (const { id, list, owner } of this.#ledger.rows('saved_views')) {
      if (id === known?.id && list === '') continue;
      const by = owner === PRINCIPALS.TOKEN_ADMIN.userId ? this.#admin : this.#agent;
      await by('DELETE', `/desk/views/${id}`);
    }
    if (known?.list === '') return;
    const input = { name: `View ${randomUUID()}`, filters: { status: ['Open'] }, shared: true };
    const { viewId } = (await this.#agent('POST', '/desk/views', input)) as { viewId: string };
    this.#words.set('VIEW_SHARED', viewId);
  }

  async #uploadFile(word: string): Promise<string> {
    const uploaded = await upload(this.#url, this.#words.get('TOKEN_CUSTOMER'), PNG);
    const { fileId } = dataOf(uploaded);
    this.#words.set(word, fileId);
    return fileId;
  }

  async #createMacro(): Promise<void> {
    const input = { name: `Macro ${randomUUID()}`, text: 'For {{requester}}' };
    const { macroId } = (await this.#admin('POST', '/desk/macros', input)) as { macroId: string };
    this.#words.set('MACRO_SAVED', macroId);
  }

  /** Tickets are about these two: they stay active. */
  async #restoreCategory(categoryId: string): Promise<void> {
    if ((this.#ledger.row('categories', categoryId)?.archived_at ?? null) === null) return;
    // Somebody may have its name by now.
    await this.#admin('PATCH', `/desk/categories/${categoryId}`, { name: `${categoryId} restored` });
    await this.#admin('POST', `/desk/categories/${categoryId}/restore`, {});
  }

  async #archiveCategory(): Promise<void> {
    const known = this.#row('categories', 'CATEGORY_ARCHIVED');
    if (known !== undefined && known.archived_at !== null) return;
    if (known === undefined) {
      const input = { name: `Category ${randomUUID()}`, description: 'd' };
      const { categoryId } = (await this.#admin('POST', '/desk/categories', input)) as { categoryId: string };
      this.#words.set('CATEGORY_ARCHIVED', categoryId);
    }
    await this.#admin('POST', `/desk/categories/${this.#words.get('CATEGORY_ARCHIVED')}/archive`);
  }

  /** The last one first: whoever sets this order changes it. */
  #activeCategories(): string[] {
    const rows = new Map([...this.#seeded, ...this.#ledger.rows('categories')].map((row) => [row.id, row]));
    return [...rows.values()]
      .filter((row) => row.archived_at === null)
      .sort((a, b) => Number(b.position) - Number(a.position))
      .map(({ id }) => String(id));
  }

  /** A text with its words put in. */
  fill(text: string): string {
    return text.replaceAll(WORD, (word) => this.#words.get(word) ?? word);
  }

  /** Who an Authorization header speaks for; undefined where it can't be anybody. */
  principal(authorization: string): Principal | undefined {
    return PRINCIPALS[authorization.replace(/^Bearer +/i, '') as keyof typeof PRINCIPALS];
  }

  #row(table: string, word: string): Row | undefined {
    return this.#ledger.row(table, this.#words.get(word) ?? '');
  }

  #isOpen(word: string): boolean {
    return this.#row('tickets', word)?.closed_at === null;
  }

  #isRateable(word: string): boolean {
    return this.#row('tickets', word)?.status === 'Resolved' && this.#row('ratings', word) === undefined;
  }

  async #createTicket(word: string, requester: Client): Promise<string> {
    const input = { subject: word, description: 'd', categoryId: 'category_001' };
    const { ticketId } = (await requester('POST', '/support/tickets', input)) as { ticketId: string };
    this.#words.set(word, ticketId);
    return ticketId;
  }
}

function isFree({ ticket_id: ticketId, removed_at: removedAt }: Row): boolean {
  return ticketId === null && removedAt === null;
}

type Client = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<unknown>;

/** Gives the data of answers, and takes nothing but a 200. */
function client(url: string, token: string | undefined): Client {
  const { call } = restClient(url, token);
  return async (method, path, body) => {
    const answer = await call(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data;
  };
}
