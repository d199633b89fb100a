import type { AnyTRPCRouter } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { forEachOpenApiProcedure } from 'trpc-to-openapi';
import type { z } from 'zod';
import { requirePolicy } from '../../auth/policy.js';
import { AppError } from '../../errors/app-error.js';
import { MAX_DETAILS } from '../../errors/cut.js';
import { type ErrorDetail, unknownField } from '../../errors/details.js';
import { zodDetails } from '../../errors/zod-details.js';
import type { Context } from '../../procedure/context.js';
import type { Meta } from '../../procedure/meta.js';
import type { ProcedureCall, ProcedureDefinition } from '../../procedure/run-procedure.js';
import { boundsOf } from '../limits/body-bounds.js';
import { largestInput } from '../limits/input-size.js';
import { hasBody } from '../request/body-headers.js';
import { unreadable } from '../request/read-body.js';
import { success } from '../response/envelope.js';
import { queryReader } from './query-reader.js';

interface RestOptions {
  router: AnyTRPCRouter;
  createContext(request: FastifyRequest, reply: FastifyReply): Context;
}

/**
 * The REST surface: one native Fastify route for each procedure that has OpenAPI metadata, made from the router itself.
 * A native route has a body limit, a time limit and a name in the logs of its own; docs/decisions/0001 has the rest of
 * the reasons against trpc-to-openapi's own handler.
 */
export async function restBridge(app: FastifyInstance, { router, createContext }: RestOptions): Promise<void> {
  for (const { path, meta, url, pathNames, input, call } of restProcedures(router)) {
    const { openapi, policy, invalid, paged, partOf, takesFile } = meta;
    if (takesFile) continue;
    const gather = inputReader(input, openapi, pathNames);
    const bounds = boundsOf(largestInput(input, pathNames));
    app.route({
      method: openapi.method,
      url,
      config: { procedure: path, invalid, paged, partOf, bodyBounds: () => bounds },
      // Before the body is read: who may not call does not get to send us one.
      onRequest: (request, _reply, done) => {
        requirePolicy(request.principal, policy);
        if (!takesBody(openapi) && hasBody(request)) throw unreadable('This operation takes no body');
        done();
      },
      handler: async (request, reply) => {
        const input = gather(request);
        const ctx = createContext(request, reply);
        const data = await call({ ctx, path, getRawInput: () => Promise.resolve(input) });
        return success(data);
      },
    });
  }
}

/** A procedure that REST shows. */
interface RestProcedure {
  path: string;
  meta: Meta & { openapi: OpenApi };
  /** Its path as Fastify writes it. */
  url: string;
  /** The fields of its input that stand in the path. */
  pathNames: readonly string[];
  input: z.ZodType | undefined;
  call(call: ProcedureCall): Promise<unknown>;
}

export function restProcedures(router: AnyTRPCRouter): RestProcedure[] {
  const all: RestProcedure[] = [];
  forEachOpenApiProcedure(router._def.procedures, ({ path, procedure, meta }) => {
    const known = meta as RestProcedure['meta'];
    all.push({
      path,
      meta: known,
      url: known.openapi.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      pathNames: [...known.openapi.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string),
      input: (procedure._def as unknown as ProcedureDefinition).inputs[0],
      call: procedure as unknown as RestProcedure['call'],
    });
  });
  return all;
}

type OpenApi = NonNullable<Meta['openapi']>;

/**
 * Makes the function that gathers a procedure's input from path, query and body. What was sent in a place where the
 * operation takes nothing is refused by name, together with whatever else is wrong.
 */
function inputReader(schema: z.ZodType | undefined, openapi: OpenApi, pathNames: readonly string[]) {
  const inBody = takesBody(openapi);
  const readQuery = inBody || schema === undefined ? undefined : queryReader(schema);

  return (request: FastifyRequest): unknown => {
    const params = request.params as Record<string, string>;
    const query = request.query as Record<string, unknown>;
    const sent = inBody ? bodyFields(request.body) : (readQuery?.(query) ?? {});
    const misplaced = [
      ...pathNames.filter((name) => Object.hasOwn(sent, name)),
      ...(inBody ? Object.keys(query).slice(0, MAX_DETAILS) : []),
    ].map(unknownField);
    const input = { ...sent, ...params };
    if (misplaced.length > 0) throw refusal(misplaced, schema, input);
    return input;
  };
}

function takesBody({ method }: OpenApi): boolean {
  return method !== 'GET' && method !== 'DELETE';
}

function bodyFields(body: unknown): object {
  if (body === undefined) return {};
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw unreadable('The body must be a JSON object');
}

function refusal(misplaced: ErrorDetail[], schema: z.ZodType | undefined, input: object): AppError {
  const result = schema?.safeParse(input);
  return new AppError('BAD_REQUEST', { details: [...misplaced, ...(result?.error ? zodDetails(result.error) : [])] });
}
