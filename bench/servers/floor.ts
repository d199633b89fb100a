import { randomUUID } from 'node:crypto';
import jwt from '@fastify/jwt';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { openPostgresqlFloor } from './floor-postgresql.js';
import { openSqliteFloor } from './floor-sqlite.js';

/**
 * The floor: what somebody writes who needs these six operations and nothing else, as fast as Fastify, @fastify/jwt and
 * the raw driver go. Schema-compiled validation and serialisation, one round trip a request, ownership in the query,
 * transactions, 404s, the envelope and the paging headers. No tRPC, no Prisma, no logs, no limits, no docs.
 */
const { DATABASE_URL = '', JWT_SECRET = '', PORT = '0' } = process.env;

/** The queries of one engine. Undefined stands for no such ticket of this user. */
export interface FloorDatabase {
  list(query: { user: string; status?: string; priority?: string; limit: number; skip: number }): Awaitable<Page>;
  get(user: string, id: string): Awaitable<object | undefined>;
  categories(): Awaitable<object[]>;
  create(ticket: NewTicket): Awaitable<boolean>;
  addMessage(message: NewMessage): Awaitable<{ time: string } | 'closed' | undefined>;
  close(user: string, id: string, resolution: string | null, now: string): Awaitable<{ closedAt: string } | undefined>;
}

type Awaitable<T> = T | Promise<T>;
export type Page = { total: number; rows: object[] };
export type NewTicket = Record<
  'id' | 'user' | 'subject' | 'description' | 'categoryId' | 'priority' | 'now',
  string
> & {
  attachments: string;
};
export type NewMessage = Record<'id' | 'ticketId' | 'user' | 'content' | 'attachments' | 'now', string>;

const db: FloorDatabase = DATABASE_URL.startsWith('file:')
  ? openSqliteFloor(DATABASE_URL.slice('file:'.length))
  : openPostgresqlFloor(DATABASE_URL);

const app = Fastify({ logger: false, bodyLimit: 1_048_576 });
await app.register(jwt, { secret: JWT_SECRET, verify: { algorithms: ['HS256'] } });

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: { sub: string };
    user: { sub: string };
  }
}

app.addHook('onRequest', async (request, reply) => {
  reply.header('x-request-id', request.headers['x-request-id'] ?? randomUUID());
  try {
    await request.jwtVerify();
  } catch {
    return fail(reply, 401, 'UNAUTHORIZED', 'Unauthorized');
  }
});
app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
  const status = error.statusCode ?? 500;
  return fail(
    reply,
    status,
    status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR',
    status < 500 ? error.message : 'Error',
  );
});

function fail(reply: FastifyReply, statusCode: number, code: string, message: string) {
  return reply.code(statusCode).send({ success: false, statusCode, data: null, error: { code, message } });
}
const ok = (data: unknown) => ({ success: true, statusCode: 200, data, error: null });

const text = { type: 'string' } as const;
const nullable = { type: 'string', nullable: true } as const;
const shape = (...keys: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(keys.map((key) => [key, text])),
});
const answer = (data: object) => ({
  200: {
    type: 'object',
    properties: { success: { type: 'boolean' }, statusCode: { type: 'integer' }, data, error: { type: 'null' } },
  },
});
const attachments = { type: 'array', maxItems: 20, items: { type: 'string', minLength: 1, maxLength: 128 } };
const priority = { enum: ['Low', 'Medium', 'High', 'Critical'] };
const status = { enum: ['Open', 'In Progress', 'Resolved', 'Closed'] };
const object = (properties: object, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

type Body<T> = FastifyRequest<{ Body: T; Params: { id: string } }>;

app.post('/support/tickets', {
  schema: {
    body: object(
      {
        subject: { type: 'string', minLength: 1, maxLength: 200 },
        description: { type: 'string', minLength: 1, maxLength: 10_000 },
        categoryId: text,
        priority: { ...priority, default: 'Medium' },
        attachments: { ...attachments, default: [] },
      },
      ['subject', 'description', 'categoryId'],
    ),
    response: answer(shape('ticketId', 'subject', 'status', 'priority', 'createdAt')),
  },
  handler: async (request, reply) => {
    const body = request.body as Omit<NewTicket, 'attachments'> & { attachments: string[] };
    const id = `ticket_${uuidv7()}`;
    const now = new Date().toISOString();
    const ticket = { ...body, id, user: request.user.sub, attachments: JSON.stringify(body.attachments), now };
    if (!(await db.create(ticket))) return fail(reply, 400, 'BAD_REQUEST', 'Invalid ticket data');
    return ok({ ticketId: id, subject: body.subject, status: 'Open', priority: body.priority, createdAt: now });
  },
});

app.get('/support/tickets', {
  schema: {
    querystring: object({
      status,
      priority,
      page: { type: 'integer', minimum: 1, default: 1 },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    }),
    response: answer({
      type: 'array',
      items: shape('ticketId', 'subject', 'status', 'priority', 'createdAt', 'updatedAt'),
    }),
  },
  handler: async (request, reply) => {
    const query = request.query as { status?: string; priority?: string; page: number; limit: number };
    const { page, limit } = query;
    const { total, rows } = await db.list({ ...query, user: request.user.sub, skip: (page - 1) * limit });
    reply.header('x-total-count', total);
    const last = Math.max(1, Math.ceil(total / limit));
    const link = (to: number, rel: string) => `</support/tickets?page=${to}&limit=${limit}>; rel="${rel}"`;
    const links = [link(1, 'first'), link(last, 'last')];
    if (page > 1) links.push(link(page - 1, 'prev'));
    if (page < last) links.push(link(page + 1, 'next'));
    reply.header('link', links.join(', '));
    return ok(rows);
  },
});

app.get('/support/tickets/:id', {
  schema: {
    response: answer({
      type: 'object',
      properties: {
        ...shape('ticketId', 'userId', 'subject', 'description', 'status', 'priority', 'categoryId').properties,
        assignedAgent: nullable,
        messages: { type: 'array', items: shape('messageId', 'sender', 'content', 'timestamp') },
        createdAt: text,
      },
    }),
  },
  handler: async (request, reply) => {
    const ticket = await db.get(request.user.sub, (request.params as { id: string }).id);
    return ticket ? ok(ticket) : fail(reply, 404, 'NOT_FOUND', 'Ticket not found');
  },
});

app.post('/support/tickets/:id/messages', {
  schema: {
    body: object(
      { message: { type: 'string', minLength: 1, maxLength: 10_000 }, attachments: { ...attachments, default: [] } },
      ['message'],
    ),
    response: answer(shape('messageId', 'ticketId', 'content', 'timestamp')),
  },
  handler: async (request: Body<{ message: string; attachments: string[] }>, reply) => {
    const { message: content, attachments } = request.body;
    const ticketId = request.params.id;
    const id = `msg_${uuidv7()}`;
    const now = new Date().toISOString();
    const user = request.user.sub;
    const added = await db.addMessage({ id, ticketId, user, content, attachments: JSON.stringify(attachments), now });
    if (added === undefined) return fail(reply, 404, 'NOT_FOUND', 'Ticket not found');
    if (added === 'closed') return fail(reply, 400, 'TICKET_CLOSED', 'Invalid message');
    return ok({ messageId: id, ticketId, content, timestamp: added.time });
  },
});

app.post('/support/tickets/:id/close', {
  schema: {
    body: { ...object({ resolution: { type: 'string', maxLength: 2000 } }), nullable: true },
    response: answer(shape('ticketId', 'status', 'closedAt')),
  },
  handler: async (request: Body<{ resolution?: string } | null>, reply) => {
    const { id } = request.params;
    const resolution = request.body?.resolution ?? null;
    const closed = await db.close(request.user.sub, id, resolution, new Date().toISOString());
    if (!closed) return fail(reply, 404, 'NOT_FOUND', 'Ticket not found');
    return ok({ ticketId: id, status: 'Closed', closedAt: closed.closedAt });
  },
});

app.get('/support/categories', {
  schema: { response: answer({ type: 'array', items: shape('categoryId', 'name', 'description') }) },
  handler: async () => ok(await db.categories()),
});

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
const address = app.server.address();
process.stdout.write(
  `${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0, msg: 'listening' })}\n`,
);
process.once('SIGTERM', () => process.exit(0));
