import { faults, fileIds, type Input, isString, oneOf, optional, textUpTo, wholeNumber } from './input-rules.js';

/**
 * The contract as a program: what each operation answers, and what is stored after it. Written from the contract,
 * docs/api.md and docs/desk.md, never from src/, so that a rule must be got wrong twice in the same way to go unnoticed.
 *
 * Ids are symbols in the order in which they are given out: `ticket 1`, `message 1`. Times are milliseconds.
 */
export class SupportModel {
  now: number;
  readonly #categories: readonly Category[];
  readonly #tickets: Ticket[] = [];
  #messages = 0;

  /** `categories`: the active ones. */
  constructor({ now, categories }: { now: number; categories: readonly Category[] }) {
    this.now = now;
    this.#categories = categories;
  }

  /** Every ticket, oldest first, for comparison with what is stored. */
  get tickets(): readonly Ticket[] {
    return this.#tickets;
  }

  /** The nth ticket that this user opened, from 0. */
  ticketOf(owner: string, nth: number): Ticket | undefined {
    return this.#tickets.filter((ticket) => ticket.owner === owner)[nth];
  }

  create(user: User, input: Input): Answer {
    if (user.role === undefined) return unauthorized;
    const wrong = faults(input, {
      subject: textUpTo(200),
      description: textUpTo(10_000),
      categoryId: isString,
      priority: optional(oneOf(PRIORITIES)),
      attachments: optional(fileIds),
    });
    if (wrong.length > 0) return badRequest('Invalid ticket data', wrong);
    // Looked up when everything else is right.
    const known = this.#categories.some(({ categoryId }) => categoryId === input.categoryId);
    if (!known) return badRequest('Invalid ticket data', ['categoryId']);
    const ticket: Ticket = {
      id: `ticket ${this.#tickets.length + 1}`,
      owner: user.name,
      subject: input.subject as string,
      description: input.description as string,
      categoryId: input.categoryId as string,
      priority: (input.priority as string | undefined) ?? 'Medium',
      attachments: (input.attachments as string[] | undefined) ?? [],
      status: 'Open',
      assignedAgent: null,
      messages: [],
      resolution: null,
      createdAt: this.now,
      updatedAt: this.now,
      closedAt: null,
      version: 1,
      waitingSince: this.now,
      firstResponseAt: null,
      resolvedAt: null,
    };
    this.#tickets.push(ticket);
    const { id, subject, status, priority, createdAt } = ticket;
    return success({ ticketId: id, subject, status, priority, createdAt: time(createdAt) });
  }

  list(user: User, query: Input): Answer {
    if (user.role === undefined) return unauthorized;
    const wrong = faults(query, {
      status: optional(oneOf(STATUSES)),
      priority: optional(oneOf(PRIORITIES)),
      page: optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
      limit: optional(wholeNumber(1, 100)),
    });
    if (wrong.length > 0) return badRequest('Invalid request', wrong);
    const { status, priority, page = 1, limit = 20 } = query as Partial<Record<string, string & number>>;
    const matching = this.#tickets
      .filter((ticket) => ticket.owner === user.name)
      .filter((ticket) => status === undefined || ticket.status === status)
      .filter((ticket) => priority === undefined || ticket.priority === priority)
      // Newest first; of those of one millisecond the last one opened, as ids are ordered by time.
      .reverse()
      .sort((a, b) => b.createdAt - a.createdAt);
    const rows = matching.slice((page - 1) * limit, page * limit).map((ticket) => ({
      ticketId: ticket.id,
      subject: ticket.subject,
      status: ticket.status,
      priority: ticket.priority,
      createdAt: time(ticket.createdAt),
      updatedAt: time(ticket.updatedAt),
    }));
    return { ...success(rows), total: matching.length, links: neighbours(query, page, limit, matching.length) };
  }

  get(user: User, ticketId: string): Answer {
    if (user.role === undefined) return unauthorized;
    const ticket = this.#visible(user, ticketId);
    if (ticket === undefined) return ticketNotFound;
    const { id, owner, subject, description, status, priority, categoryId, assignedAgent, messages, createdAt } =
      ticket;
    const answer = success({
      ticketId: id,
      userId: owner,
      subject,
      description,
      status,
      priority,
      categoryId,
      assignedAgent,
      messages: messages.map(({ id, sender, content, at }) => ({
        messageId: id,
        sender,
        content,
        timestamp: time(at),
      })),
      createdAt: time(createdAt),
    });
    // No sequence is so long that a ticket would leave out the older ones.
    return { ...answer, onRest: { total: messages.length } };
  }

  /** All pages of a conversation: from the newest to the oldest, and from there back. */
  pages(user: User, ticketId: string, limit: unknown): Answer {
    if (user.role === undefined) return unauthorized;
    const wrong = faults({ limit }, { limit: wholeNumber(1, 100) });
    if (wrong.length > 0) return badRequest('Invalid request', wrong);
    const ticket = this.#visible(user, ticketId);
    if (ticket === undefined) return ticketNotFound;
    const all = ticket.messages.map(({ id, sender, content, attachments, at }) => {
      const files = attachments.map((fileId) => ({ fileId, stored: false, name: null, size: null, type: null }));
      return { messageId: id, sender, content, attachments, files, timestamp: time(at) };
    });
    const older = chunks(all.toReversed(), limit as number).map((page) => page.toReversed());
    const oldest = older.at(-1)?.length ?? 0;
    return success({
      total: all.length,
      older: older.length > 0 ? older : [[]],
      newer: chunks(all.slice(oldest), limit as number),
    });
  }

  addMessage(user: User, ticketId: string, input: Input): Answer {
    if (user.role === undefined) return unauthorized;
    const wrong = faults(input, { message: textUpTo(10_000), attachments: optional(fileIds) });
    if (wrong.length > 0) return badRequest('Invalid message', wrong);
    const ticket = this.#visible(user, ticketId);
    if (ticket === undefined) return ticketNotFound;
    if (ticket.status === 'Closed') return ticketClosed;
    const customers = user.name === ticket.owner;
    if (!customers && ticket.status === 'Open') ticket.status = 'In Progress';
    if (customers && ticket.status === 'Resolved') {
      ticket.status = ticket.assignedAgent ? 'In Progress' : 'Open';
      ticket.resolution = null;
    }
    this.#messages += 1;
    const message: Message = {
      id: `message ${this.#messages}`,
      sender: user.name,
      content: input.message as string,
      attachments: (input.attachments as string[] | undefined) ?? [],
      at: this.#touch(ticket),
    };
    ticket.messages.push(message);
    if (customers) {
      ticket.waitingSince ??= message.at;
      ticket.resolvedAt = null;
    } else {
      ticket.waitingSince = null;
      ticket.firstResponseAt ??= message.at;
    }
    return success({
      messageId: message.id,
      ticketId: ticket.id,
      content: message.content,
      timestamp: time(message.at),
    });
  }

  close(user: User, ticketId: string, input: Input): Answer {
    if (user.role === undefined) return unauthorized;
    const wrong = faults(input, { resolution: optional(textUpTo(2000, { blank: true })) });
    if (wrong.length > 0) return badRequest('Invalid request', wrong);
    const ticket = this.#visible(user, ticketId);
    if (ticket === undefined) return ticketNotFound;
    if (ticket.closedAt === null) {
      ticket.status = 'Closed';
      ticket.closedAt = this.#touch(ticket);
      ticket.waitingSince = null;
      ticket.resolution = notBlank(input.resolution) ?? ticket.resolution;
    }
    return success({ ticketId: ticket.id, status: 'Closed', closedAt: time(ticket.closedAt) });
  }

  categories(user: User): Answer {
    return user.role === undefined ? unauthorized : success(this.#categories);
  }

  assign(user: User, ticketId: string, agent: string | null): Answer {
    return this.#desk(user, ticketId, (ticket) => {
      if (agent === ticket.assignedAgent) return false;
      if (agent !== null && ticket.status === 'Open') ticket.status = 'In Progress';
      else if (ticket.status === 'Closed') return closedIsFinal;
      ticket.assignedAgent = agent;
      return true;
    });
  }

  resolve(user: User, ticketId: string, input: Input): Answer {
    const wrong = faults(input, { resolution: optional(textUpTo(2000, { blank: true })) });
    const invalid = wrong.length > 0 ? badRequest('Invalid ticket data', wrong) : undefined;
    return this.#desk(
      user,
      ticketId,
      (ticket) => {
        if (ticket.status === 'Resolved') return false;
        if (ticket.status === 'Closed') return closedIsFinal;
        ticket.status = 'Resolved';
        ticket.resolution = notBlank(input.resolution) ?? ticket.resolution;
        ticket.waitingSince = null;
        ticket.resolvedAt = Math.max(this.now, ticket.updatedAt + 1);
        return true;
      },
      invalid,
    );
  }

  /** A verb of the desk. `change` says whether there was something to change, or why it must not be. */
  #desk(user: User, ticketId: string, change: (ticket: Ticket) => boolean | Answer, invalid?: Answer): Answer {
    if (user.role === undefined) return unauthorized;
    if (user.role === 'customer') return forbidden;
    if (invalid !== undefined) return invalid;
    const ticket = this.#visible(user, ticketId);
    if (ticket === undefined) return ticketNotFound;
    const changed = change(ticket);
    if (typeof changed === 'object') return changed;
    if (changed) this.#touch(ticket);
    const { id, status, priority, categoryId, assignedAgent, resolution, version, updatedAt } = ticket;
    return success({
      ticketId: id,
      status,
      priority,
      categoryId,
      assignedAgent,
      resolution,
      version,
      updatedAt: time(updatedAt),
    });
  }

  #visible(user: User, ticketId: string): Ticket | undefined {
    const ticket = this.#tickets.find(({ id }) => id === ticketId);
    return ticket?.owner === user.name || user.role !== 'customer' ? ticket : undefined;
  }

  /** Every change is later than the one before it, whatever the clock says. */
  #touch(ticket: Ticket): number {
    ticket.updatedAt = Math.max(this.now, ticket.updatedAt + 1);
    ticket.version += 1;
    return ticket.updatedAt;
  }
}

export interface Category {
  readonly categoryId: string;
  readonly name: string;
  readonly description: string;
}

export interface User {
  readonly name: string;
  /** Absent: comes without a token. */
  readonly role?: 'customer' | 'agent' | 'admin';
}

export interface Ticket {
  readonly id: string;
  readonly owner: string;
  readonly subject: string;
  readonly description: string;
  readonly categoryId: string;
  readonly priority: string;
  readonly attachments: readonly string[];
  status: 'Open' | 'In Progress' | 'Resolved' | 'Closed';
  assignedAgent: string | null;
  readonly messages: Message[];
  resolution: string | null;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  version: number;
  waitingSince: number | null;
  firstResponseAt: number | null;
  resolvedAt: number | null;
}

interface Message {
  readonly id: string;
  readonly sender: string;
  readonly content: string;
  readonly attachments: readonly string[];
  readonly at: number;
}

/** What a caller is told. */
export type Answer =
  | {
      status: 200;
      data: unknown;
      /** Lists: all that match, and the query of each neighbouring page (REST alone shows the latter). */
      total?: number;
      links?: Record<string, Record<string, string>>;
      /** The same where REST alone tells it. */
      onRest?: { total: number };
    }
  | {
      status: number;
      code: string;
      message: string;
      /** Of `details`, in any order: the contract leaves their wording open. */
      wrong?: string[];
    };

const STATUSES = ['Open', 'In Progress', 'Resolved', 'Closed'];
const PRIORITIES = ['Low', 'Medium', 'High', 'Critical'];

const unauthorized: Answer = { status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' };
const ticketNotFound: Answer = { status: 404, code: 'NOT_FOUND', message: 'Ticket not found' };
const forbidden: Answer = { status: 403, code: 'FORBIDDEN', message: 'Your role may not do this' };
const closedIsFinal: Answer = {
  status: 409,
  code: 'INVALID_TRANSITION',
  message: 'The ticket is Closed, which is final',
};
const ticketClosed: Answer = { status: 400, code: 'TICKET_CLOSED', message: 'Invalid message' };
const success = (data: unknown): Answer & { status: 200 } => ({ status: 200, data });
const badRequest = (message: string, wrong: string[]): Answer => ({
  status: 400,
  code: 'BAD_REQUEST',
  message,
  wrong: wrong.sort(),
});

const notBlank = (text: unknown) => (typeof text === 'string' && text.trim() !== '' ? text : undefined);

const time = (milliseconds: number) => new Date(milliseconds).toISOString();

function chunks<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

function neighbours(query: Input, page: number, limit: number, total: number): Record<string, Record<string, string>> {
  const last = Math.max(1, Math.ceil(total / limit));
  const at = (target: number) =>
    Object.fromEntries(Object.entries({ ...query, page: target, limit }).map(([name, value]) => [name, String(value)]));
  return {
    first: at(1),
    ...(page > 1 && { prev: at(Math.min(page - 1, last)) }),
    ...(page < last && { next: at(page + 1) }),
    last: at(last),
  };
}
