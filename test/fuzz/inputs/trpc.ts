import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import fc from 'fast-check';
import { z } from 'zod';
import { rarely } from '../../support/arbitraries.js';
import { FuzzRequest } from '../request.js';
import { type Schema, withoutReferences } from '../schema.js';
import { withBody } from './bodies.js';
import { customersHeaders, desksHeaders, withOrWithoutKey } from './headers.js';
import { hostileDocument, type JsonText } from './hostile-json.js';
import { bodyFor } from './json.js';
import { hostileQuery, hostileSegment, queryOf } from './paths.js';

interface Call {
  readonly name: string;
  readonly type: string;
  readonly input: string;
}

/** Most calls in one batch, and one more than that. */
const LARGE = [20, 21, 100];

/**
 * tRPC requests for a router's procedures, or `only` some of them, single and in batches: right, nearly right, or wrong
 * in any place.
 */
export function trpcRequests(router: AnyTRPCRouter, only?: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const known = Object.entries<AnyTRPCProcedure>(router._def.procedures)
    .filter(([name]) => only?.includes(name) ?? true)
    .map(([name, { _def }]) => {
      const input = bodyFor(inputSchema(_def));
      return { type: _def.type, call: input.map((text): Call => ({ name, type: _def.type, input: text })) };
    });
  const unknown = fc.record({ name: strangeName, type: fc.constantFrom('query', 'mutation'), input: hostileDocument });
  const calls = (type: string) =>
    rarely(12, unknown, fc.oneof(...known.filter((procedure) => procedure.type === type).map(({ call }) => call)));
  const types = [...new Set(known.map(({ type }) => type))];
  const ofOneType = <T>(make: (type: string) => fc.Arbitrary<T>) => fc.oneof(...types.map(make));
  return fc.oneof(
    { weight: 6, arbitrary: ofOneType(calls).chain((call) => requestFor([call], false)) },
    {
      weight: 3,
      arbitrary: ofOneType((type) => rarely(10, batch(fc.oneof(...types.map(calls))), batch(calls(type)))).chain(
        (batched) => requestFor(batched, true),
      ),
    },
  );
}

const strangeName = fc.oneof(
  fc.constantFrom(
    'support',
    'support.tickets',
    'support.tickets.create.',
    '.',
    'then',
    'toString',
    'support.then',
    '_def',
  ),
  hostileSegment,
);

const batch = (call: fc.Arbitrary<Call>): fc.Arbitrary<Call[]> =>
  rarely(
    12,
    fc.tuple(call, fc.constantFrom(...LARGE)).map(([one, length]) => Array<Call>(length).fill(one)),
    fc.array(call, { minLength: 1, maxLength: 4 }),
  );

function requestFor(calls: Call[], batched: boolean): fc.Arbitrary<FuzzRequest> {
  const isQuery = calls[0]?.type !== 'mutation';
  const common = calls[0]?.name.startsWith('desk.') ? desksHeaders : customersHeaders;
  const input = batched ? rarely(8, strangeBatch, fc.constant(batchInput(calls))) : fc.constant(calls[0]?.input ?? '');
  return fc
    .record({
      input,
      method: rarely(
        12,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'),
        fc.constant(isQuery ? 'GET' : 'POST'),
      ),
      headers: fc.tuple(common, withOrWithoutKey).map((groups) => groups.flat()),
      body: withBody({ type: 'object' }),
      extra: rarely(
        8,
        fc.array(fc.oneof(strangeParameter, hostileQuery), { minLength: 1, maxLength: 2 }),
        fc.constant([]),
      ),
    })
    .map(({ input, method, headers, body: { headers: bodyHeaders, body, chunked }, extra }) => {
      const query = [...(batched ? ['batch=1'] : []), ...extra];
      const path = `/trpc/${calls.map(({ name }) => name).join(',')}`;
      // What a URL can hold: longer ones are for the few requests that are about that.
      if (isQuery) query.unshift(`input=${escapeUrl(input).slice(0, 20_000)}`);
      const sent =
        !isQuery && body
          ? { headers: [...headers, ...bodyHeaders], body: { ...body, text: input }, chunked }
          : { headers };
      return new FuzzRequest({ method, target: path + queryOf(query), ...sent });
    });
}

function batchInput(calls: Call[]): string {
  return `{${calls.map(({ input }, index) => `"${index}":${input}`).join(',')}}`;
}

const strangeBatch: JsonText = fc.constantFrom(
  '{}',
  '[]',
  'null',
  '5',
  '""',
  '{"0"',
  '{"5":{}}',
  '{"-1":{}}',
  '{"0":{},"0":{"ticketId":"TICKET_OWN"}}',
  '{"__proto__":{"0":{}}}',
  '{"length":1e9}',
  '[{},{}]',
);

const strangeParameter = fc.constantFrom(
  'batch=0',
  'batch=true',
  'batch=1',
  'batch=1&batch=1',
  'batch',
  'input=',
  'input=%7B%7D',
  'input=%7B%7D&input=%7B%7D',
  'input=%ff',
  'connectionParams=1',
  'connectionParams=%7B%22a%22%3A1%7D',
  'connectionParams=%7B',
  'lastEventId=x',
);

function escapeUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** As the JSON schema that a client would see. */
function inputSchema(definition: unknown): Schema {
  const [input] = (definition as { inputs: z.ZodType[] }).inputs;
  if (input === undefined) return { type: 'object' };
  const schema = z.toJSONSchema(input, { io: 'input' });
  return withoutReferences(schema, schema) as Schema;
}
