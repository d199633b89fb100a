import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/errors/app-error.js';
import { openApiDocument } from '../../src/http/openapi/document.js';
import { readOpenApiDocument } from '../../src/http/openapi/read-document.js';
import { appRouter } from '../../src/router.js';

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape is what is looked at
type Json = any;

const document: Json = JSON.parse(readOpenApiDocument());

interface Operation {
  id: string;
  /** `POST /support/tickets` */
  route: string;
  operation: Json;
}
const operations: Operation[] = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).map(([method, operation]) => ({
    id: operation.operationId,
    route: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);
const each = operations.map((one) => [one.id, one] as const);

/** A response where it stands, or the component that it refers to. */
function resolve(node: Json): Json {
  if (node?.$ref === undefined) return node;
  return (node.$ref as string)
    .split('/')
    .slice(1)
    .reduce((at: Json, key) => at[key], document);
}

describe('openapi.json', () => {
  it('is what the router makes: run `npm run openapi` after a change', () => {
    expect(readOpenApiDocument()).toBe(`${JSON.stringify(openApiDocument(appRouter), null, 2)}\n`);
  });

  it("passes Redocly's recommended rules, all of them, and some more", async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        'operation-description': 'error',
        'operation-singular-tag': 'error',
        'operation-tag-defined': 'error',
        'parameter-description': 'error',
        'paths-kebab-case': 'error',
        'component-name-unique': 'error',
        'tag-description': 'error',
      },
    });
    const problems = await lintFromString({ source: readOpenApiDocument(), absoluteRef: '/openapi.json', config });
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  });

  it('is OpenAPI 3.1, of the version of the package', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(document.info.version).toBe(version);
  });
});

/** Every pattern of the document, with the formats that stand beside it somewhere. */
function patternsIn(node: Json, found = new Map<string, string[]>()): Map<string, string[]> {
  if (typeof node !== 'object' || node === null) return found;
  if (typeof node.pattern === 'string') {
    const formats = found.get(node.pattern) ?? [];
    found.set(node.pattern, typeof node.format === 'string' ? [...formats, node.format] : formats);
  }
  for (const value of Object.values(node)) patternsIn(value, found);
  return found;
}

describe('each pattern, for generators and validators of any language', () => {
  const patterns = patternsIn(document);

  it.each([...patterns])('%s is read by ECMAScript without flags and by RE2', (pattern, formats) => {
    // Without the flag `u`, an escape that is none means its letter, silently.
    expect(pattern).not.toMatch(/\\[pP]\{|\\[ux]\{|\(\?[<=!]/);
    expect(() => new RegExp(pattern)).not.toThrow();
    expect(() => new RegExp(pattern, 'u')).not.toThrow();
    expect(() => RE2JS.compile(pattern)).not.toThrow();
    // A format of the document is enough: two that differ would be one too many.
    expect(formats).not.toContain('date-time');
  });

  it("is read by Python's re", ({ skip }) => {
    const program = 'import json, re, sys; [re.compile(one) for one in json.load(sys.stdin)]; print("all")';
    const { status, stdout, error } = spawnSync('python3', ['-c', program], {
      input: JSON.stringify([...patterns.keys()]),
      encoding: 'utf8',
    });
    if (error && !process.env.CI) skip('python3 is not installed');
    expect([status, stdout]).toEqual([0, 'all\n']);
  });
});

describe('the six documented operations', () => {
  // support-api's own list: operation, then the failures that it documents beside 200.
  const documented: [id: string, route: string, failures: Record<number, string>][] = [
    ['createTicket', 'POST /support/tickets', { 400: 'Invalid ticket data', 401: 'Unauthorized' }],
    ['listTickets', 'GET /support/tickets', { 401: 'Unauthorized' }],
    ['getTicket', 'GET /support/tickets/{ticketId}', { 401: 'Unauthorized', 404: 'Ticket not found' }],
    [
      'addMessage',
      'POST /support/tickets/{ticketId}/messages',
      { 400: 'Invalid message', 401: 'Unauthorized', 404: 'Ticket not found' },
    ],
    ['closeTicket', 'POST /support/tickets/{ticketId}/close', { 401: 'Unauthorized', 404: 'Ticket not found' }],
    ['listCategories', 'GET /support/categories', { 401: 'Unauthorized' }],
  ];

  it.each(documented)('%s stands at its path, with its statuses and messages', (id, route, failures) => {
    const found = operations.find((one) => one.id === id);
    expect(found?.route).toBe(route);
    expect(found?.operation.responses).toHaveProperty('200');
    for (const [status, message] of Object.entries(failures)) {
      const response = resolve(found?.operation.responses[status]);
      expect(response.description).toBe(message);
      const [example] = Object.values<Json>(response.content['application/json'].examples);
      expect(example.value.error.message).toBe(message);
    }
  });

  it('show the documented requests and answers', () => {
    const example = (id: string, of: 'request' | 'answer') => {
      const { operation } = operations.find((one) => one.id === id) as Operation;
      const holder = of === 'request' ? operation.requestBody : operation.responses['200'];
      return holder.content['application/json'].example;
    };
    const answer = (data: unknown) => ({ success: true, statusCode: 200, data, error: null });
    expect(example('createTicket', 'request')).toEqual({
      subject: 'Unable to make payment',
      description: "I'm experiencing issues making a payment on my loan",
      categoryId: 'category_001',
      priority: 'High',
      attachments: ['file_id_123'],
    });
    expect(example('createTicket', 'answer')).toEqual(
      answer({
        ticketId: 'ticket_123',
        subject: 'Unable to make payment',
        status: 'Open',
        priority: 'High',
        createdAt: '2024-01-22T16:30:00Z',
      }),
    );
    expect(example('listTickets', 'answer')).toEqual(
      answer([
        {
          ticketId: 'ticket_123',
          subject: 'Unable to make payment',
          status: 'In Progress',
          priority: 'High',
          createdAt: '2024-01-22T16:30:00Z',
          updatedAt: '2024-01-23T09:00:00Z',
        },
      ]),
    );
    expect(example('getTicket', 'answer')).toEqual(
      answer({
        ticketId: 'ticket_123',
        userId: 'user_123',
        subject: 'Unable to make payment',
        description: "I'm experiencing issues making a payment on my loan",
        status: 'In Progress',
        priority: 'High',
        categoryId: 'category_001',
        assignedAgent: 'agent_123',
        messages: [
          {
            messageId: 'msg_001',
            sender: 'user_123',
            content: "I can't make a payment",
            timestamp: '2024-01-22T16:30:00Z',
          },
        ],
        createdAt: '2024-01-22T16:30:00Z',
      }),
    );
    expect(example('addMessage', 'request')).toEqual({
      message: "I've tried multiple times but still getting an error",
      attachments: ['file_id_456'],
    });
    expect(example('addMessage', 'answer')).toEqual(
      answer({
        messageId: 'msg_002',
        ticketId: 'ticket_123',
        content: "I've tried multiple times but still getting an error",
        timestamp: '2024-01-23T10:15:00Z',
      }),
    );
    expect(example('closeTicket', 'request')).toEqual({ resolution: 'Issue was resolved by updating payment method' });
    expect(example('closeTicket', 'answer')).toEqual(
      answer({ ticketId: 'ticket_123', status: 'Closed', closedAt: '2024-01-23T11:00:00Z' }),
    );
    expect(example('listCategories', 'answer')).toEqual(
      answer([
        { categoryId: 'category_001', name: 'Payment Issues', description: 'Help with payment problems' },
        { categoryId: 'category_002', name: 'Loan Questions', description: 'Questions about loans' },
      ]),
    );
  });
});

describe.each(each)('%s', (id, { route, operation }) => {
  it('has an id that makes a good name: verb and noun, used once', () => {
    expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
    expect(operations.filter((one) => one.id === id)).toHaveLength(1);
  });

  it('takes the bearer token, and nothing else will do', () => {
    expect(operation.security).toEqual([{ bearer: [] }]);
    expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('answers with the envelope, as a schema with a name', () => {
    for (const [status, response] of Object.entries<Json>(operation.responses)) {
      if (status === '200') continue;
      expect(resolve(response).content['application/json'].schema.$ref).toBe('#/components/schemas/Failure');
    }
    const { content } = operation.responses['200'];
    // What goes on has no envelope.
    if (content['text/event-stream'] !== undefined) return;
    const { schema } = content['application/json'];
    expect(schema.$ref).toBe(`#/components/schemas/${id[0]?.toUpperCase()}${id.slice(1)}Response`);
    expect(resolve(schema)).toMatchObject({
      properties: { success: { const: true }, statusCode: { const: 200 }, data: {}, error: { type: 'null' } },
      required: ['success', 'statusCode', 'data', 'error'],
      additionalProperties: false,
    });
  });

  it('documents what any operation may answer, and what its body may come to', () => {
    const statuses = Object.keys(operation.responses);
    expect(statuses).toEqual(expect.arrayContaining(['200', '400', '401', '500', '503']));
    if (route.startsWith('POST')) expect(statuses).toEqual(expect.arrayContaining(['413', '415']));
    if (route.includes('{ticketId}')) expect(statuses).toContain('404');
  });

  it('refuses unknown fields in its schemas as it does in fact', () => {
    const body = operation.requestBody?.content['application/json']?.schema;
    if (body !== undefined) expect(body.additionalProperties).toBe(false);
  });
});

it('describes every tag that an operation has, and no other', () => {
  const used = Object.values<Json>(document.paths).flatMap((methods) =>
    Object.values<Json>(methods).flatMap(({ tags }) => tags),
  );
  const described: string[] = document.tags.map(({ name }: Json) => name);
  expect([...new Set(used)].sort()).toEqual(described.toSorted());
});

describe('an idempotency key', () => {
  const written = Object.values<Json>(appRouter._def.procedures as Json)
    .filter(({ _def }) => _def.type === 'mutation')
    .map(({ _def }) => _def.meta.openapi.operationId);

  it('is documented where something is written, and nowhere else: not for every POST', () => {
    const documented = operations.filter(({ operation }) =>
      operation.parameters?.some((one: Json) => one.$ref === '#/components/parameters/IdempotencyKey'),
    );
    const refused = operations.filter(({ operation }) => operation.responses[422] !== undefined);
    expect(documented.map(({ id }) => id).sort()).toEqual(written.sort());
    expect(refused.map(({ id }) => id).sort()).toEqual(written.sort());
    expect(written).not.toContain('renderMacro');
  });
});

describe('examples', () => {
  // strict: a keyword that Ajv doesn't know, or one that says nothing, is a fault of ours.
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: true });
  formats.default(ajv);
  // What belongs to OpenAPI and not to JSON Schema; nothing of ours is below these.
  for (const word of ['openapi', 'info', 'servers', 'tags', 'paths', 'components']) ajv.addKeyword(word);
  ajv.addSchema(document, 'openapi.json');
  const pointer = (...parts: (string | number)[]) =>
    `openapi.json#/${parts.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

  /** Every media type object of the document, where it stands, with the examples beside its schema. */
  const media = [...mediaTypes(document, [])];

  it('are there to be checked', () => {
    expect(media.length).toBeGreaterThan(operations.length * 2);
    expect(media.every(({ examples }) => examples.length > 0)).toBe(true);
  });

  it.each(media.map((one) => [`#/${one.at.join('/')}`, one] as const))('%s', (_name, { at, examples }) => {
    const validate = ajv.compile({ $ref: pointer(...at, 'schema') });
    for (const example of examples) {
      validate(example);
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('of named schemas are valid too', () => {
    const named = Object.entries<Json>(document.components.schemas).filter(([, { examples }]) => examples);
    expect(named.length).toBeGreaterThan(0);
    for (const [name, { examples }] of named) {
      const validate = ajv.compile({ $ref: pointer('components', 'schemas', name) });
      for (const example of examples) {
        validate(example);
        expect(validate.errors ?? []).toEqual([]);
      }
    }
  });

  it('of failures have the status and code that the table of errors gives them', () => {
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        if (status === '200') continue;
        const { examples } = resolve(response).content['application/json'];
        for (const [code, { value }] of Object.entries<Json>(examples)) {
          expect(value.statusCode).toBe(Number(status));
          expect(value.error.code).toBe(code);
          expect(ERRORS[code as keyof typeof ERRORS].status).toBe(Number(status));
        }
      }
    }
  });
});

function* mediaTypes(node: Json, at: string[]): Generator<{ at: string[]; examples: Json[] }> {
  if (typeof node !== 'object' || node === null) return;
  if (at.at(-1) === 'application/json' && node.schema !== undefined) {
    const named = Object.values<Json>(node.examples ?? {}).map(({ value }) => value);
    yield { at, examples: [...('example' in node ? [node.example] : []), ...named] };
    return;
  }
  for (const [key, child] of Object.entries(node)) yield* mediaTypes(child, [...at, key]);
}
