import type { FuzzRequest } from '../request.js';
import { type DocumentedApi, type Operation, takesFile } from './document.js';
import type { Procedure } from './procedures.js';

/** What the schemas say of an input. `undefined`: it can't be told, as the request is odd in some other way. */
export type Verdict = 'valid' | 'invalid' | undefined;

/** Whether the request's input is what the document asks of the operation. Its path is not looked at. */
export function restVerdict(
  api: DocumentedApi,
  request: FuzzRequest,
  { operation, pointer }: { operation: Operation; pointer: string },
): Verdict {
  if (!isPlain(request)) return undefined;
  const queryVerdict = verdictOnQuery(api, request.query, operation, pointer);
  const text = request.body?.text ?? '';
  // What is in a file, no schema says.
  if (takesFile(operation)) return queryVerdict === 'invalid' ? 'invalid' : undefined;
  if (operation.requestBody === undefined) {
    if (text !== '') return 'invalid';
    // Chunks announce a body, even if there is nothing in them.
    return request.chunked ? undefined : queryVerdict;
  }
  if (text === '') return operation.requestBody.required ? 'invalid' : queryVerdict;
  const body = parse(text);
  const schema = `${pointer}/requestBody/content/application~1json/schema`;
  if (body === undefined || api.faults(schema, body) !== null || !isStorable(body)) return 'invalid';
  return repeatsKeys(text, body) ? undefined : queryVerdict;
}

/** Whether the request's input is what the procedure's schema asks for. Not for batches. */
export function trpcVerdict(procedure: Procedure, request: FuzzRequest): Verdict {
  if (!isPlain(request)) return undefined;
  const isQuery = procedure.type !== 'mutation';
  if (request.method !== (isQuery ? 'GET' : 'POST')) return undefined;
  if (isQuery ? !/^input=[^&]*$/.test(request.query) : request.query !== '') return undefined;
  const text = isQuery ? decodeURIComponent(request.query.slice('input='.length)) : (request.body?.text ?? '');
  // An empty text is no input, which some procedures take.
  if (text === '') return undefined;
  const input = parse(text);
  if (input === undefined || !procedure.input(input) || !isStorable(input) || !isPeriod(input)) return 'invalid';
  return repeatsKeys(text, input) ? undefined : 'valid';
}

/** Whether objects or lists stand in a text that are not in its value: what a key that is there again had first. They may be too many. */
function repeatsKeys(text: string, value: unknown): boolean {
  const opened = (json: string) => json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/[[{]/g)?.length ?? 0;
  return opened(text) > opened(JSON.stringify(value));
}

/** Headers, encoding and size as any client's: nothing but the input can be wrong. */
function isPlain(request: FuzzRequest): boolean {
  const usual = new Set(['host', 'authorization', 'x-request-id', 'content-type', 'idempotency-key']);
  const names = request.headers.map(([name]) => name.toLowerCase());
  return (
    names.every((name) => usual.has(name)) &&
    new Set(names).size === names.length &&
    request.header('host') === 'api.example.com' &&
    /^[!-~]{1,255}$/.test(request.header('idempotency-key') ?? 'none') &&
    /^Bearer TOKEN_[A-Z]+$/.test(request.header('authorization') ?? '') &&
    /^\/[^#]{0,2000}$/.test(request.target) &&
    isDecodable(request.path) &&
    (request.body === undefined ||
      (/^application\/json(; charset=utf-8)?$/.test(request.header('content-type') ?? '') &&
        request.body.encoding === 'utf8' &&
        request.body.text.length < 900_000))
  );
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What no schema can say, and docs/api.md does: neither U+0000 nor a lone surrogate in a text that is to be kept. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  // What is looked up and not kept: if nothing has that name it is a 404, whatever is in it.
  return Object.entries(value).every(([name, item]) => /(?:(?<!^agent)Ids?|^priority)$/.test(name) || isStorable(item));
}

/** Nor that one field goes with another: a period, where there is one, ends after it has begun, and within 366 days. */
function isPeriod(input: unknown): boolean {
  const { from, to } = (input ?? {}) as { from?: unknown; to?: unknown };
  if (typeof from !== 'string' || typeof to !== 'string') return true;
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return days > 0 && days <= 366;
}

function verdictOnQuery(api: DocumentedApi, query: string, operation: Operation, pointer: string): Verdict {
  if (/%(?![\da-f]{2})/i.test(query)) return undefined;
  const sent = [...new URLSearchParams(`?${query}`)];
  const known = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const names = new Set(sent.map(([name]) => name));
  if (sent.some(([name]) => !known.some((one) => one.name === name)) || names.size < sent.length) return 'invalid';
  if (known.some(({ name, required }) => required && !names.has(name)) || !isStorable(Object.fromEntries(sent))) {
    return 'invalid';
  }
  const wrong = sent.some(([name, text]) => {
    const index = operation.parameters?.findIndex((parameter) => parameter.in === 'query' && parameter.name === name);
    const { type, items } = operation.parameters?.[index ?? -1]?.schema ?? {};
    const value =
      type === 'array' ? text.split(',').map((item) => plainValue(items?.type, item)) : plainValue(type, text);
    return api.faults(`${pointer}/parameters/${index}/schema`, value) !== null;
  });
  return wrong || !isPeriod(Object.fromEntries(sent)) ? 'invalid' : 'valid';
}

/** Plain decimal digits, `true` and `false`, as docs/api.md says; all else stays the text that it is. */
function plainValue(type: string | undefined, text: string): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return type === 'integer' && /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : text;
}
