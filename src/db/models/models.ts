import type { Prisma, PrismaClient } from '../generated/sqlite/client.js';
import type { Engine } from '../handle.js';
import type { Sql } from '../sql/sql.js';

// The types of SQLite's client are those of both engines: what both can do.

export type ModelName = Uncapitalize<Prisma.ModelName>;

const ALL: Record<ModelName, true> = {
  category: true,
  event: true,
  file: true,
  idempotencyRecord: true,
  macro: true,
  message: true,
  note: true,
  presence: true,
  profile: true,
  rating: true,
  savedView: true,
  secret: true,
  slaCalendar: true,
  slaTarget: true,
  ticket: true,
  ticketCount: true,
  ticketSegment: true,
  ticketTag: true,
  webhookAttempt: true,
  webhookDelivery: true,
  webhookEndpoint: true,
};
/** Known without loading Prisma. */
export const MODEL_NAMES = Object.keys(ALL) as ModelName[];

export const READS = [
  'findFirst',
  'findFirstOrThrow',
  'findUnique',
  'findUniqueOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
] as const;
export const RAW_READS = ['$queryRaw', '$queryRawUnsafe'] as const;

const WRITES = [
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
] as const;
export const ALL_METHODS = [...READS, ...WRITES] as const;
export const ALL_RAW = [...RAW_READS, '$executeRaw', '$executeRawUnsafe'] as const;

/** Prisma's models, as its documentation has them. A call is a promise: relations are read with `include` or `select`. */
export type Models = { readonly [M in ModelName]: Pick<PrismaClient[M], (typeof ALL_METHODS)[number]> };

/** The same, for what only reads. */
export type ModelReads = { readonly [M in ModelName]: Pick<PrismaClient[M], (typeof READS)[number]> };

/** What a verb has of its transaction: Prisma's models, and typed SQL. */
export type Db = Models & Sql;

/** What is committed: a write doesn't compile. */
export type ReadDb = ModelReads & Sql;

/** A row of a model, of the columns that a `select` names. */
export type ModelRow<M extends ModelName, S> = Prisma.Result<PrismaClient[M], { select: S }, 'findUniqueOrThrow'>;

/** Models and statements outside of a transaction. */
export type ModelReader = ReadDb & Pick<PrismaClient, (typeof RAW_READS)[number]>;

/** One transaction, and what its engine alone knows. */
export type Transaction = Db & Pick<PrismaClient, (typeof ALL_RAW)[number]> & { readonly engine: Engine };
