import assert from 'node:assert/strict';
import { ERRORS } from '../../../src/errors/app-error.js';
import type { RawAnswer } from '../answer-reader.js';
import type { FuzzRequest } from '../request.js';
import { jsonBody } from './envelope.js';
import type { Procedure } from './procedures.js';

/** What came of one call: its result, or a typed error. */
export type CallResult = { result: { data?: unknown } } | { error: { data: TrpcErrorData } };

interface TrpcErrorData {
  code: keyof typeof ERRORS;
  httpStatus: number;
  path?: string;
  details?: { path: string; message: string }[];
}

/**
 * The results of a tRPC request, in the order of its calls; just one where it failed as a whole.
 *
 * Fails unless each is what its procedure's output schema says or a typed error of the table of errors, and the HTTP
 * status is that of the calls.
 */
export function checkTrpc(
  procedures: ReadonlyMap<string, Procedure>,
  request: FuzzRequest,
  answer: RawAnswer,
): CallResult[] {
  const text = answer.body.toString();
  const streamed = /^\{"0":\[\[0\]/.test(text);
  const body = streamed ? fromJsonl(text) : jsonBody(answer);
  const results = (Array.isArray(body) ? body : [body]) as CallResult[];
  const names = calledNames(request);
  for (const [index, result] of results.entries()) {
    if ('error' in result) checkError(result.error);
    else checkResult(procedures.get(names[index] ?? ''), result);
  }
  if (!streamed) assert.equal(answer.status, statusOf(results), 'the HTTP status is that of the calls');
  return results;
}

/** The procedures that the path names, in order; none where it can't be decoded. */
export function calledNames(request: FuzzRequest): string[] {
  try {
    const path = decodeURIComponent(request.path.slice('/trpc/'.length));
    return isBatch(request) ? path.split(',') : [path];
  } catch {
    return [];
  }
}

/** As tRPC takes it: by the first of several. */
export function isBatch(request: FuzzRequest): boolean {
  return new URLSearchParams(request.query).get('batch') === '1';
}

function checkResult(procedure: Procedure | undefined, result: CallResult): void {
  assert.ok(procedure, 'only known procedures give results');
  assert.deepEqual(Object.keys(result), ['result']);
  const { data } = (result as { result: { data?: unknown } }).result;
  assert.ok(procedure.output(data), `${procedure.name}: ${JSON.stringify(procedure.output.errors)}`);
}

function checkError(error: { data: TrpcErrorData } & Record<string, unknown>): void {
  assert.deepEqual(Object.keys(error).sort(), ['code', 'data', 'message']);
  assert.equal(typeof error.message, 'string');
  assert.ok(Number.isInteger(error.code) && (error.code as number) < 0, 'a JSON-RPC code');
  const { code, httpStatus, path = '', details = [], ...others } = error.data;
  assert.equal(ERRORS[code].status, httpStatus, `${code} has another status`);
  assert.ok(httpStatus < 500, `${code} in a batch`);
  assert.equal(typeof path, 'string');
  for (const detail of details) {
    assert.deepEqual(Object.keys(detail).sort(), ['message', 'path']);
    assert.equal(typeof detail.path, 'string');
    assert.equal(typeof detail.message, 'string');
  }
  assert.deepEqual(others, {}, 'nothing else is told');
}

function statusOf(results: CallResult[]): number {
  const statuses = new Set(results.map((result) => ('error' in result ? result.error.data.httpStatus : 200)));
  return statuses.size === 1 ? ([...statuses][0] as number) : 207;
}

/** What `trpc-accept: application/jsonl` asks for: a head that refers to chunks, then the chunks as they get ready. */
function fromJsonl(text: string): unknown[] {
  const [head, ...chunks] = text.split('\n').filter((line) => line.trim() !== '');
  const values = new Map(
    chunks.map((line) => {
      const [id, status, value] = JSON.parse(line) as [number, number, unknown];
      assert.equal(status, 0, 'a chunk that failed');
      return [id, value];
    }),
  );
  const resolve = (encoded: unknown): unknown => {
    const [[data], ...references] = encoded as [[unknown], ...[string | null, number, number][]];
    return references.reduce((value, [key, , id]) => {
      const referred = resolve(values.get(id));
      return key === null ? referred : { ...(value as object), [key]: referred };
    }, data);
  };
  return Object.values(JSON.parse(head ?? '{}') as Record<string, unknown>).map(resolve);
}
