import { expect } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import { startApp, type TestApp } from '../support/app.js';
import { type Outcome, SURFACES, type Surface } from '../support/surfaces.js';
import { customerToken } from '../support/tokens.js';
import type { Answer, Ticket, User } from './model.js';

/** One app with a database of its own, seen over one surface. */
export class System {
  readonly name: string;
  readonly #server: TestApp;
  readonly #open: (token?: string) => Surface;
  readonly #showsLinks: boolean;
  #run = '';
  /** Symbols of the model to ids of this system, and back. */
  readonly #real = new Map<string, string>();
  readonly #symbols = new Map<string, string>();

  constructor(name: string, server: TestApp, open: (token?: string) => Surface, showsLinks: boolean) {
    this.name = name;
    this.#server = server;
    this.#open = open;
    this.#showsLinks = showsLinks;
  }

  /** Forgets what it knows, and gives everybody a new name: earlier tickets are somebody else's from here on. */
  begin(run: string): void {
    this.#run = run;
    this.#real.clear();
    this.#symbols.clear();
  }

  as({ name, role }: User): Surface {
    if (role === undefined) return this.#open();
    return this.#open(customerToken(this.userId(name), { role }));
  }

  /** Who somebody of the model is here, in this run. */
  userId(name: string): string {
    const userId = `${name} of ${this.#run}`;
    this.#symbols.set(userId, name);
    return userId;
  }

  /** The id that stands for a symbol here; what is no symbol stands for itself. */
  id(symbol: string): string {
    return this.#real.get(symbol) ?? symbol;
  }

  /** Fails unless the outcome is what the model says, with its symbols for this system's ids. */
  compare(outcome: Outcome, expected: Answer): void {
    if (outcome.ok && 'data' in expected) this.#learn(outcome.data, expected.data);
    const { links, onRest, ...rest } = expected as Answer & { links?: unknown; onRest?: object };
    const shown = this.#showsLinks ? { ...rest, ...(links !== undefined && { links }), ...onRest } : rest;
    expect(this.#symbolic(answerOf(outcome)), this.name).toEqual(shown);
  }

  /** Fails unless exactly the model's tickets are stored for the users of this run, whole and in order. */
  async compareStored(tickets: readonly Ticket[]): Promise<void> {
    const rows = await this.#server.db.reader.ticket.findMany({
      where: { userId: { endsWith: ` of ${this.#run}` } },
      orderBy: { id: 'asc' },
    });
    const messages = await this.#server.db.reader.message.findMany({
      where: { ticketId: { in: rows.map(({ id }) => id) } },
      orderBy: { position: 'asc' },
    });
    const stored = rows.map(({ userId, messageCount, indexed: _, annotatedAt: __, ...row }) => ({
      ...row,
      owner: userId,
      createdAt: row.createdAt.getTime(),
      updatedAt: row.updatedAt.getTime(),
      closedAt: row.closedAt?.getTime() ?? null,
      waitingSince: row.waitingSince?.getTime() ?? null,
      firstResponseAt: row.firstResponseAt?.getTime() ?? null,
      resolvedAt: row.resolvedAt?.getTime() ?? null,
      messages: messages
        .filter(({ ticketId }) => ticketId === row.id)
        .map(({ id, sender, content, attachments, createdAt }) => ({
          id,
          sender,
          content,
          attachments,
          at: createdAt.getTime(),
        })),
    }));
    expect(this.#symbolic(stored), this.name).toEqual(tickets);
    expect(rows.map(({ messageCount }) => messageCount)).toEqual(tickets.map((ticket) => ticket.messages.length));
  }

  /** New ids, as the model gave out new symbols. */
  #learn(actual: unknown, expected: unknown): void {
    for (const [field, pattern] of Object.entries(NEW_IDS)) {
      const symbol = (expected as Record<string, unknown>)[field];
      const real = (actual as Record<string, unknown>)[field];
      if (typeof symbol !== 'string' || this.#real.has(symbol)) continue;
      expect(real, this.name).toMatch(pattern);
      this.#real.set(symbol, real as string);
      this.#symbols.set(real as string, symbol);
    }
  }

  #symbolic(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
      typeof item === 'string' ? (this.#symbols.get(item) ?? item) : item,
    );
  }
}

const UUIDV7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const NEW_IDS = { ticketId: new RegExp(`^ticket_${UUIDV7}$`), messageId: new RegExp(`^msg_${UUIDV7}$`) };

/** An outcome in the model's words. */
function answerOf(outcome: Outcome): Answer {
  if (!outcome.ok) {
    const { status, code, message, details } = outcome;
    return { status, code, message, ...(details && { wrong: details.map(({ path }) => path).sort() }) };
  }
  const total = outcome.headers.get('x-total-count');
  const link = outcome.headers.get('link');
  return {
    status: 200,
    data: outcome.data,
    ...(total !== null && { total: Number(total) }),
    ...(link !== null && { links: parseLinks(link) }),
  };
}

/** RFC 8288, as far as this API uses it: relation → query of its target. */
function parseLinks(header: string): Record<string, Record<string, string>> {
  const links = [...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)];
  return Object.fromEntries(
    links.map(([, target = '', rel]) => [rel, Object.fromEntries(new URL(target, 'http://any').searchParams)]),
  );
}

export interface Systems extends AsyncDisposable {
  readonly all: readonly System[];
  /** What their clocks show, in milliseconds. */
  now: number;
}

/** Both engines, each over both surfaces, with one clock and with these categories only, the last of them archived. */
export async function startSystems(prepare: (server: TestApp) => Promise<void>): Promise<Systems> {
  const servers: TestApp[] = [];
  const all: System[] = [];
  const systems = {
    all,
    now: 0,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
  for (const engine of ['sqlite', 'postgresql'] satisfies Engine[]) {
    for (const [surface, open] of SURFACES) {
      const server = await startApp({ engine, clock: { now: () => new Date(systems.now) } });
      servers.push(server);
      await prepare(server);
      all.push(new System(`${engine} over ${surface}`, server, (token) => open(server.url, token), surface === 'REST'));
    }
  }
  return systems;
}
