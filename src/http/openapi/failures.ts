import { AppError, ERRORS, type ErrorCode } from '../../errors/app-error.js';
import { unknownField } from '../../errors/details.js';
import type { Meta } from '../../procedure/meta.js';
import { failure } from '../response/envelope.js';
import { COMMON_HEADERS, type Json, ref } from './components.js';

/** What the document is told of one operation. */
export interface Described extends Meta {
  /** It is a mutation, so it takes an idempotency key; by its method alone nobody can tell. */
  writes?: boolean;
}

/** The failures of one operation by status: what any may answer, what needs a body, and what it declares itself. */
export function failureResponses(meta: Described): Record<string, Json> {
  return Object.fromEntries(
    failureGroups(meta).map((codes) => {
      const [code] = codes;
      const response = isShared(codes) ? ref('responses', componentName(code)) : failureResponse(codes, meta);
      return [String(ERRORS[code].status), response];
    }),
  );
}

/** The responses that are the same wherever they occur, once for all operations. */
export function sharedResponses(metas: readonly Described[]): Record<string, Json> {
  const groups = metas.flatMap(failureGroups).filter(isShared);
  return Object.fromEntries(groups.map((codes) => [componentName(codes[0]), failureResponse(codes)]));
}

/** At least one code; all of one status. */
type Group = readonly [ErrorCode, ...ErrorCode[]];

function failureGroups(meta: Described): Group[] {
  const takesBody = meta.openapi?.method !== 'GET' && meta.openapi?.method !== 'DELETE';
  const codes = new Set<ErrorCode>([
    'BAD_REQUEST',
    'UNAUTHORIZED',
    ...(meta.policy === 'customer' ? [] : (['FORBIDDEN'] as const)),
    ...(meta.errors ?? []),
    'REQUEST_TIMEOUT',
    'URI_TOO_LONG',
    'HEADERS_TOO_LARGE',
    ...(takesBody ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(meta.writes ? (['IDEMPOTENCY_KEY_REUSED'] as const) : []),
    'TOO_MANY_REQUESTS',
    'INTERNAL_SERVER_ERROR',
    'SERVICE_UNAVAILABLE',
  ]);
  const byStatus = new Map<number, Group>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    const group = byStatus.get(status);
    byStatus.set(status, group ? [...group, code] : [code]);
  }
  return [...byStatus.values()];
}

/** These two have messages of each operation's own. */
function isShared([code, ...more]: Group): boolean {
  return more.length === 0 && code !== 'BAD_REQUEST' && code !== 'NOT_FOUND';
}

function failureResponse(codes: Group, meta: Meta = {}): Json {
  const examples = codes.map((code) => exampleOf(code, meta));
  const { status } = ERRORS[codes[0]];
  const headers: Json = { ...COMMON_HEADERS };
  if (status === 401) headers['www-authenticate'] = ref('headers', 'www-authenticate');
  if (status === 429 || status === 503) headers['retry-after'] = ref('headers', 'retry-after');
  return {
    description: [...new Set(examples.map(({ message }) => message))].join(', or '),
    headers,
    content: {
      'application/json': {
        schema: ref('schemas', 'Failure'),
        examples: Object.fromEntries(
          examples.map((error) => [error.appCode, { value: failure(error, EXAMPLE_REQUEST_ID) }]),
        ),
      },
    },
  };
}

const EXAMPLE_REQUEST_ID = '0b5a1a7e-8a3c-4f4e-9d5b-2f8f0f6f4c11';

function exampleOf(code: ErrorCode, { invalid, missing = 'Ticket not found' }: Meta): AppError {
  if (code === 'NOT_FOUND') return new AppError(code, { message: missing });
  if (code === 'TICKET_FULL' && invalid) return new AppError(code, { message: invalid });
  if (code !== 'BAD_REQUEST') return new AppError(code);
  // Every operation refuses a field that it does not know, so this is what each of them may really answer.
  return new AppError(code, { ...(invalid && { message: invalid }), details: [unknownField('attachment')] });
}

/** `PAYLOAD_TOO_LARGE` → `PayloadTooLarge`: names as generated clients have them. */
function componentName(code: ErrorCode): string {
  return code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
