import { readFileSync } from 'node:fs';
import type { AnyTRPCRouter } from '@trpc/server';
import { forEachOpenApiProcedure, generateOpenApiDocument } from 'trpc-to-openapi';
import type { Meta } from '../../procedure/meta.js';
import { subscriptionsOf } from '../streams/subscriptions.js';
import {
  COMMON_HEADERS,
  ERROR_CODE,
  ERROR_DETAIL,
  FAILURE,
  HEADERS,
  type Json,
  PAGE_HEADERS,
  PARAMETERS,
  PART_HEADERS,
  ref,
  successSchema,
  WRITE_HEADERS,
  WRITE_PARAMETERS,
} from './components.js';
import { type Described, failureResponses, sharedResponses } from './failures.js';
import { streamPath } from './streams.js';

interface Operation extends Json {
  operationId: string;
  parameters?: Json[];
  requestBody?: { required: boolean; content: Record<string, Json> };
  responses: Record<string, Json>;
}

interface Document extends Json {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; [part: string]: unknown };
}

const DESCRIPTION = `Manage support tickets and customer service interactions.

Every answer is an envelope: \`{"success", "statusCode", "data", "error"}\`. Send a JSON Web Token as
\`Authorization: Bearer …\`; its \`sub\` is the user. Every answer carries \`x-request-id\`, and tells by \`RateLimit\` and
\`RateLimit-Policy\` (draft-ietf-httpapi-ratelimit-headers-10) how many more are welcome.`;

const TOKEN = `A JSON Web Token whose \`sub\` is the user id. In development, \`npm run --silent token -- --sub user_123\`
prints one.`;

/** In the order of the docs page: the customers' side, then the desk's. */
const TAGS = [
  { name: 'Tickets', description: 'Open, list, read and close tickets' },
  { name: 'Messages', description: 'The conversation on a ticket' },
  { name: 'Files', description: 'What is attached to tickets: upload it, then name it in `attachments`' },
  { name: 'Categories', description: 'What a ticket can be about' },
  { name: 'Account', description: 'Who the service takes the caller for' },
  { name: 'Ratings', description: 'What customers think of how a ticket was dealt with' },
  { name: 'Desk', description: "The agents' side: the queue, the search, work on tickets, and their history" },
  { name: 'Desk views', description: 'Filters and orders of the queue that agents keep under a name' },
  { name: 'Desk macros', description: 'Saved replies: admins write them, agents fill them in for a ticket' },
  { name: 'Desk profiles', description: 'What people are called' },
  { name: 'Desk presence', description: 'Which agents have a ticket before them just now' },
  { name: 'Desk tags', description: 'What agents mark tickets with' },
  { name: 'Desk categories', description: 'Admins add, change, order and archive categories' },
  { name: 'Desk service levels', description: 'Until when tickets are to be answered and resolved' },
  { name: 'Desk webhooks', description: 'Admins say where what happens is sent to, and see what came of it' },
  { name: 'Desk figures', description: 'How much was done in a period, and how long it took' },
];

/**
 * The OpenAPI 3.1 document of a router: trpc-to-openapi's, with the envelope around every answer, our error codes, the
 * documented examples, and the headers that the bridge sets.
 */
export function openApiDocument(router: AnyTRPCRouter): Document {
  const document = generateOpenApiDocument(router, {
    title: 'Support API',
    description: DESCRIPTION,
    version: packageVersion(),
    baseUrl: '/',
    license: { name: 'MIT', identifier: 'MIT' } as { name: string },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: TOKEN },
    },
    tags: TAGS.map(({ name }) => name),
  }) as unknown as Document;
  document.servers = [{ url: '/', description: 'This server' }];
  document.tags = TAGS;

  const procedures = new Map<string, Described>();
  forEachOpenApiProcedure(router._def.procedures, ({ meta, type }) => {
    procedures.set(String(meta.openapi.operationId), { ...(meta as Meta), writes: type === 'mutation' });
  });
  const { schemas } = document.components;
  // The library's own error shapes: nothing refers to them once the operations are described.
  for (const name of Object.keys(schemas)) if (name.startsWith('error.')) delete schemas[name];
  Object.assign(schemas, { Failure: FAILURE, ErrorCode: ERROR_CODE, ErrorDetail: ERROR_DETAIL });
  for (const operation of Object.values(document.paths).flatMap(Object.values<Operation>)) {
    const meta = procedures.get(operation.operationId);
    if (meta === undefined) throw new TypeError(`No procedure has the operation id ${operation.operationId}`);
    describeOperation(operation, meta, schemas);
  }
  for (const subscription of subscriptionsOf(router)) {
    const [path, methods] = streamPath(subscription) ?? [];
    if (path !== undefined && methods !== undefined)
      document.paths[path] = methods as unknown as Record<string, Operation>;
  }
  document.components.responses = sharedResponses([...procedures.values()]);
  document.components.headers = HEADERS;
  document.components.parameters = PARAMETERS;
  dropPatternsOfTimes(document);
  return document;
}

/** `format` says it, and Zod's pattern for it is one that other languages' engines can't read. */
function dropPatternsOfTimes(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const schema = part as Json;
  if (schema.format === 'date-time') delete schema.pattern;
  for (const value of Object.values(schema)) dropPatternsOfTimes(value);
}

function describeOperation(operation: Operation, meta: Described, schemas: Record<string, Json>): void {
  const data = contentOf(operation.responses['200']).schema as Json;
  // By name: generators call an envelope that has none something like createTicket_200_response.
  const envelope = `${operation.operationId.charAt(0).toUpperCase()}${operation.operationId.slice(1)}Response`;
  if (schemas[envelope] !== undefined) throw new TypeError(`Two schemas are called ${envelope}`);
  schemas[envelope] = successSchema(withoutExamples(data));
  const success: Json = {
    description: meta.openapi?.successDescription ?? 'Success',
    headers: {
      ...COMMON_HEADERS,
      ...(meta.paged && PAGE_HEADERS),
      ...(meta.partOf && PART_HEADERS),
      ...(meta.writes && WRITE_HEADERS),
    },
    content: {
      'application/json': {
        schema: ref('schemas', envelope),
        example: { success: true, statusCode: 200, data: firstExample(data, schemas), error: null },
      },
    },
  };
  operation.responses = { '200': success, ...failureResponses(meta) };
  if (meta.takesFile) moveInputToQuery(operation);
  else if (operation.requestBody !== undefined) describeBody(operation.requestBody);
  for (const parameter of operation.parameters ?? []) {
    liftNotes(parameter);
    // OpenAPI's default, spelled out; the query reader takes `status=Open,Closed` as well.
    if ((parameter.schema as Json).type === 'array') Object.assign(parameter, { style: 'form', explode: true });
  }
  if (meta.writes) operation.parameters = [...(operation.parameters ?? []), ...WRITE_PARAMETERS];
}

/** The body is the file itself, and the fields of the input stand in the query. */
function moveInputToQuery(operation: Operation): void {
  const media = operation.requestBody?.content['application/json'];
  const { properties = {}, required = [] } = (media?.schema ?? {}) as { properties?: Json; required?: string[] };
  const fields = Object.entries(properties).map(([name, field]) => {
    return { name, in: 'query', required: required.includes(name), schema: field };
  });
  operation.parameters = [...(operation.parameters ?? []), ...fields];
  operation.requestBody = {
    required: true,
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  };
}

/**
 * A request that works verbatim stands beside the schema, where the docs page and generators look for it. The schema
 * stays here and gets no name: in a named one, openapi-typescript makes the fields with a default obligatory.
 */
function describeBody(body: NonNullable<Operation['requestBody']>): void {
  const media = body.content['application/json'] as Json;
  const schema = media.schema as Json & { required?: string[] };
  const [example] = (schema.examples as unknown[] | undefined) ?? [];
  media.schema = withoutExamples(schema);
  if (example !== undefined) media.example = example;
  body.required = (schema.required?.length ?? 0) > 0;
}

/** From the schema, where Zod has them, to the parameter, where the docs page and generators look for them. */
function liftNotes(parameter: Json): void {
  const { description, examples, ...schema } = (parameter.schema ?? {}) as Json & { examples?: unknown[] };
  if (description !== undefined) parameter.description ??= description;
  if (examples !== undefined) parameter.example ??= examples[0];
  parameter.schema = schema;
}

function contentOf(response: Json | undefined): Json {
  return (response?.content as Record<string, Json> | undefined)?.['application/json'] ?? {};
}

function withoutExamples({ examples: _, ...schema }: Json): Json {
  return schema;
}

/** The documented example of an output: on the schema itself, or on the component that it refers to. */
function firstExample(schema: Json, schemas: Record<string, Json>): unknown {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  const holder = name === undefined ? schema : schemas[name];
  const [example] = (holder?.examples as unknown[] | undefined) ?? [];
  if (example === undefined) throw new TypeError('An output schema has no documented example: give it one in .meta()');
  return example;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
