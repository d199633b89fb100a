import { ERRORS } from '../../errors/app-error.js';
import { MAX_DETAILS, MAX_FAILURE_BYTES } from '../../errors/cut.js';

/** A piece of an OpenAPI document or of a JSON schema. */
export type Json = Record<string, unknown>;

export function ref(part: 'schemas' | 'responses' | 'headers' | 'parameters', name: string): Json {
  return { $ref: `#/components/${part}/${name}` };
}

/** The envelope of a success, around one operation's data. */
export function successSchema(data: Json): Json {
  return {
    type: 'object',
    properties: {
      success: { type: 'boolean', const: true },
      statusCode: { type: 'integer', const: 200 },
      data,
      error: { type: 'null' },
    },
    required: ['success', 'statusCode', 'data', 'error'],
    additionalProperties: false,
  };
}

/** The envelope of every failure. */
export const FAILURE: Json = {
  type: 'object',
  description: `What every failure is: at most ${MAX_FAILURE_BYTES / 1024} KiB, whatever was sent.`,
  properties: {
    success: { type: 'boolean', const: false },
    statusCode: { type: 'integer', description: 'The HTTP status' },
    data: { type: 'null' },
    error: {
      type: 'object',
      properties: {
        code: ref('schemas', 'ErrorCode'),
        message: { type: 'string', description: 'For people' },
        details: {
          type: 'array',
          description: 'Bad input: one entry for each thing wrong, as many as find room',
          maxItems: MAX_DETAILS,
          items: ref('schemas', 'ErrorDetail'),
        },
        requestId: { type: 'string', description: 'Defects only: what to quote when asking about it' },
      },
      required: ['code', 'message'],
      additionalProperties: false,
    },
  },
  required: ['success', 'statusCode', 'data', 'error'],
  additionalProperties: false,
};

export const ERROR_CODE: Json = {
  type: 'string',
  enum: Object.keys(ERRORS),
  description: 'What went wrong: stable, for machines',
};

export const ERROR_DETAIL: Json = {
  type: 'object',
  properties: {
    path: { type: 'string', description: "Dotted path of the field, cut if it is long; '' for the whole request" },
    message: { type: 'string', description: 'What would be right' },
  },
  required: ['path', 'message'],
  additionalProperties: false,
};

export const HEADERS: Json = {
  'x-request-id': { description: 'Names this request in the logs', schema: { type: 'string' } },
  'x-total-count': { description: 'All items that match, on every page', schema: { type: 'integer', minimum: 0 } },
  link: { description: 'RFC 8288: the first, prev, next and last page', schema: { type: 'string' } },
  'www-authenticate': { description: 'RFC 6750', schema: { type: 'string' } },
  'ratelimit-policy': {
    description: 'The quotas that hold for this request: calls (q) in a window of seconds (w)',
    schema: { type: 'string' },
    example: '"address";q=12000;w=60, "user";q=1200;w=60',
  },
  ratelimit: {
    description: 'What is left of each quota (r), and the seconds until its window ends (t)',
    schema: { type: 'string' },
    example: '"address";r=11990;t=42, "user";r=1199;t=60',
  },
  'idempotency-replayed': {
    description:
      'The answer is the one that an earlier request with this Idempotency-Key got; nothing was written again',
    schema: { type: 'string', enum: ['true'] },
  },
  'retry-after': { description: 'Seconds to wait before the next try', schema: { type: 'integer', minimum: 0 } },
};

/** The headers of every answer. */
export const COMMON_HEADERS: Json = {
  'x-request-id': ref('headers', 'x-request-id'),
  'ratelimit-policy': ref('headers', 'ratelimit-policy'),
  ratelimit: ref('headers', 'ratelimit'),
};

export const PARAMETERS: Json = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Names this request, so that sending it again within 24 hours is safe: the first answer comes back, and nothing is ' +
      'written twice. A new one for each request, a UUID for example',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]{1,255}$' },
  },
};

/** What goes with every operation that writes: see writing() in scope.ts. */
export const WRITE_PARAMETERS: readonly Json[] = [ref('parameters', 'IdempotencyKey')];
export const WRITE_HEADERS: Json = { 'idempotency-replayed': ref('headers', 'idempotency-replayed') };

/** The headers of one page of a longer list. */
export const PAGE_HEADERS: Json = { 'x-total-count': ref('headers', 'x-total-count'), link: ref('headers', 'link') };

/** The headers of an answer that has the newest part of a list. */
export const PART_HEADERS: Json = {
  'x-total-count': {
    description: 'All of the list, also what is not in this answer',
    schema: { type: 'integer', minimum: 0 },
  },
  link: {
    description: 'RFC 8288: `prev` is the page with what is older; absent where nothing is',
    schema: { type: 'string' },
    example: '</support/tickets/ticket_123/messages?cursor=WyJvbGRlciIsMjkwMV0>; rel="prev"',
  },
};
