import type { AnyTRPCProcedure } from '@trpc/server';
import type { Meta } from '../../src/procedure/meta.js';
import { appRouter } from '../../src/router.js';
import { restClient } from './rest-client.js';
import type { Outcome } from './surfaces.js';

/** Calls a procedure by its name, and tells what it came to. */
export type Call = (procedure: string, input?: Record<string, unknown>) => Promise<Outcome>;
export type OpenCalls = (url: string, token?: string) => Call;

const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;

function definition(name: string): { type: string; openapi: NonNullable<Meta['openapi']> } {
  const found = procedures[name]?._def;
  const { openapi } = (found?.meta ?? {}) as Meta;
  if (found === undefined || openapi === undefined) throw new Error(`No procedure of both surfaces is called ${name}`);
  return { type: found.type, openapi };
}

/** By the path and method that it has on REST. */
const openRestCalls: OpenCalls =
  (url, token) =>
  async (procedure, input = {}) => {
    const { method, path } = definition(procedure).openapi;
    const rest = { ...input };
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      delete rest[name];
      return encodeURIComponent(String(input[name]));
    });
    const inBody = method !== 'GET' && method !== 'DELETE';
    const query = inBody ? '' : `?${new URLSearchParams(rest as Record<string, string>)}`;
    const { status, headers, body } = await restClient(url, token).call(
      method,
      filled + (query === '?' ? '' : query),
      inBody ? rest : undefined,
    );
    if (body.success) return { ok: true, status: 200, data: body.data, headers };
    return { ok: false, status, ...body.error, headers };
  };

const openTrpcCalls: OpenCalls =
  (url, token) =>
  async (procedure, input = {}) => {
    const { type } = definition(procedure);
    const client = restClient(url, token);
    const { status, headers, body } =
      type === 'mutation'
        ? await client.post(`/trpc/${procedure}`, input)
        : await client.get(`/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`);
    if ('result' in body) return { ok: true, status: 200, data: body.result.data, headers };
    const { code, details, requestId } = body.error.data;
    return { ok: false, status, code, message: body.error.message, details, requestId, headers };
  };

/** For `describe.each(CALLS)`. */
export const CALLS: [name: 'REST' | 'tRPC', open: OpenCalls][] = [
  ['REST', openRestCalls],
  ['tRPC', openTrpcCalls],
];
