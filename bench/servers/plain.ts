import jwt from '@fastify/jwt';
import { PrismaPg } from '@prisma/adapter-pg';
import { initTRPC, TRPCError } from '@trpc/server';
import { type CreateFastifyContextOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import Fastify from 'fastify';
import { fastifyTRPCOpenApiPlugin, type OpenApiMeta } from 'trpc-to-openapi';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { PrismaClient as PostgresqlClient } from '../../src/db/generated/postgresql/client.js';
import { PrismaClient } from '../../src/db/generated/sqlite/client.js';
import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { unguardedSqlite } from '../../test/support/unguarded-sqlite.js';

/**
 * The plain build: the same stack as its documentation shows it. tRPC procedures, trpc-to-openapi's Fastify plugin,
 * Prisma's stock adapters and models, an interactive transaction where a write follows a read. It answers with the
 * envelope and the paging header, and has none of what the contract asks for beside them.
 */
const { DATABASE_URL = '', JWT_SECRET = '', PORT = '0', SQLITE_SYNCHRONOUS = 'FULL' } = process.env;

const prisma = await openPrisma();

async function openPrisma(): Promise<PrismaClient> {
  if (!DATABASE_URL.startsWith('file:')) {
    return new PostgresqlClient({ adapter: new PrismaPg(DATABASE_URL) }) as unknown as PrismaClient;
  }
  const client = new PrismaClient({ adapter: unguardedSqlite(sqlitePath(DATABASE_URL)) });
  await client.$queryRawUnsafe('PRAGMA journal_mode = WAL');
  await client.$executeRawUnsafe(`PRAGMA synchronous = ${SQLITE_SYNCHRONOUS}`);
  return client;
}

const app = Fastify({ logger: false });
await app.register(jwt, { secret: JWT_SECRET, verify: { algorithms: ['HS256'] } });

async function createContext({ req, res }: CreateFastifyContextOptions) {
  const { sub } = await req.jwtVerify<{ sub: string }>();
  return { userId: sub, res };
}

const t = initTRPC.context<typeof createContext>().meta<OpenApiMeta>().create();
const priority = z.enum(['Low', 'Medium', 'High', 'Critical']);
const status = z.enum(['Open', 'In Progress', 'Resolved', 'Closed']);
const attachments = z.array(z.string().min(1).max(128)).max(20).default([]);
const envelope = <T extends z.ZodType>(data: T) =>
  z.object({ success: z.literal(true), statusCode: z.literal(200), data, error: z.null() });
const ok = <T>(data: T) => ({ success: true as const, statusCode: 200 as const, data, error: null });
const notFound = () => new TRPCError({ code: 'NOT_FOUND', message: 'Ticket not found' });
const later = (previous: Date) => new Date(Math.max(Date.now(), previous.getTime() + 1));

const router = t.router({
  create: t.procedure
    .meta({ openapi: { method: 'POST', path: '/support/tickets' } })
    .input(
      z.object({
        subject: z.string().trim().min(1).max(200),
        description: z.string().trim().min(1).max(10_000),
        categoryId: z.string(),
        priority: priority.default('Medium'),
        attachments,
      }),
    )
    .output(envelope(z.object({ ticketId: z.string(), subject: z.string(), status, priority, createdAt: z.string() })))
    .mutation(async ({ ctx, input }) => {
      const { categoryId, attachments, ...fields } = input;
      const category = await prisma.category.findFirst({ where: { id: categoryId, archivedAt: null } });
      if (!category) throw new TRPCError({ code: 'BAD_REQUEST', message: 'Invalid ticket data' });
      const now = new Date();
      const data = { ...fields, id: `ticket_${uuidv7()}`, userId: ctx.userId, categoryId, attachments };
      const ticket = await prisma.ticket.create({ data: { ...data, status: 'Open', createdAt: now, updatedAt: now } });
      const { id, subject, priority, createdAt } = ticket;
      return ok({
        ticketId: id,
        subject,
        status: 'Open' as const,
        priority: priority as typeof input.priority,
        createdAt: createdAt.toISOString(),
      });
    }),

  list: t.procedure
    .meta({ openapi: { method: 'GET', path: '/support/tickets' } })
    .input(
      z.object({
        status: status.optional(),
        priority: priority.optional(),
        page: z.number().int().min(1).default(1),
        limit: z.number().int().min(1).max(100).default(20),
      }),
    )
    .output(
      envelope(
        z.array(
          z.object({
            ticketId: z.string(),
            subject: z.string(),
            status: z.string(),
            priority: z.string(),
            createdAt: z.string(),
            updatedAt: z.string(),
          }),
        ),
      ),
    )
    .query(async ({ ctx, input: { page, limit, status, priority } }) => {
      const where = { userId: ctx.userId, ...(status && { status }), ...(priority && { priority }) };
      const [total, tickets] = await Promise.all([
        prisma.ticket.count({ where }),
        prisma.ticket.findMany({
          where,
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          skip: (page - 1) * limit,
          take: limit,
        }),
      ]);
      ctx.res.header('x-total-count', total);
      return ok(
        tickets.map(({ id, subject, status, priority, createdAt, updatedAt }) => ({
          ticketId: id,
          subject,
          status,
          priority,
          createdAt: createdAt.toISOString(),
          updatedAt: updatedAt.toISOString(),
        })),
      );
    }),

  get: t.procedure
    .meta({ openapi: { method: 'GET', path: '/support/tickets/{ticketId}' } })
    .input(z.object({ ticketId: z.string() }))
    .output(
      envelope(
        z.object({
          ticketId: z.string(),
          userId: z.string(),
          subject: z.string(),
          description: z.string(),
          status: z.string(),
          priority: z.string(),
          categoryId: z.string(),
          assignedAgent: z.string().nullable(),
          messages: z.array(
            z.object({ messageId: z.string(), sender: z.string(), content: z.string(), timestamp: z.string() }),
          ),
          createdAt: z.string(),
        }),
      ),
    )
    .query(async ({ ctx, input }) => {
      const ticket = await prisma.ticket.findFirst({
        where: { id: input.ticketId, userId: ctx.userId },
        include: { messages: { orderBy: { position: 'asc' } } },
      });
      if (!ticket) throw notFound();
      const { id, messages, createdAt, ...rest } = ticket;
      return ok({
        ...rest,
        ticketId: id,
        messages: messages.map((message) => ({
          messageId: message.id,
          sender: message.sender,
          content: message.content,
          timestamp: message.createdAt.toISOString(),
        })),
        createdAt: createdAt.toISOString(),
      });
    }),

  addMessage: t.procedure
    .meta({ openapi: { method: 'POST', path: '/support/tickets/{ticketId}/messages' } })
    .input(z.object({ ticketId: z.string(), message: z.string().trim().min(1).max(10_000), attachments }))
    .output(
      envelope(z.object({ messageId: z.string(), ticketId: z.string(), content: z.string(), timestamp: z.string() })),
    )
    .mutation(async ({ ctx, input: { ticketId, message: content, attachments } }) => {
      const message = await prisma.$transaction(async (tx) => {
        const ticket = await tx.ticket.findFirst({ where: { id: ticketId, userId: ctx.userId } });
        if (!ticket) throw notFound();
        if (ticket.status === 'Closed') throw new TRPCError({ code: 'BAD_REQUEST', message: 'Invalid message' });
        const createdAt = later(ticket.updatedAt);
        // The number is taken by the update, under the row's lock.
        const { messageCount: position } = await tx.ticket.update({
          where: { id: ticketId },
          data: { messageCount: { increment: 1 }, updatedAt: createdAt },
        });
        const data = { id: `msg_${uuidv7()}`, ticketId, position, sender: ctx.userId, content, attachments, createdAt };
        return tx.message.create({ data });
      });
      return ok({ messageId: message.id, ticketId, content, timestamp: message.createdAt.toISOString() });
    }),

  close: t.procedure
    .meta({ openapi: { method: 'POST', path: '/support/tickets/{ticketId}/close' } })
    .input(z.object({ ticketId: z.string(), resolution: z.string().max(2000).optional() }))
    .output(envelope(z.object({ ticketId: z.string(), status: z.string(), closedAt: z.string() })))
    .mutation(async ({ ctx, input: { ticketId, resolution } }) => {
      const closedAt = await prisma.$transaction(async (tx) => {
        const ticket = await tx.ticket.findFirst({ where: { id: ticketId, userId: ctx.userId } });
        if (!ticket) throw notFound();
        if (ticket.closedAt) return ticket.closedAt;
        const time = later(ticket.updatedAt);
        const data = { status: 'Closed', resolution: resolution ?? null, closedAt: time, updatedAt: time };
        await tx.ticket.update({ where: { id: ticketId }, data });
        return time;
      });
      return ok({ ticketId, status: 'Closed', closedAt: closedAt.toISOString() });
    }),

  categories: t.procedure
    .meta({ openapi: { method: 'GET', path: '/support/categories' } })
    .input(z.void())
    .output(envelope(z.array(z.object({ categoryId: z.string(), name: z.string(), description: z.string() }))))
    .query(async () => {
      const categories = await prisma.category.findMany({ where: { archivedAt: null }, orderBy: { position: 'asc' } });
      return ok(categories.map(({ id, name, description }) => ({ categoryId: id, name, description })));
    }),
});

await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router, createContext } });
await app.register(fastifyTRPCOpenApiPlugin, { router, createContext });
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
const address = app.server.address();
process.stdout.write(
  `${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0, msg: 'listening' })}\n`,
);
process.once('SIGTERM', () => process.exit(0));
