import assert from 'node:assert/strict';
import { ERRORS } from '../../../src/errors/app-error.js';
import type { RawAnswer } from '../answer-reader.js';
import type { FuzzRequest } from '../request.js';
import type { DocumentedApi } from './document.js';

/** What every failure is, whoever sends it. */
export interface FailureBody {
  statusCode: number;
  error: { code: keyof typeof ERRORS; details?: { path: string; message: string }[] };
}

/** Fails unless a failure is the documented envelope, with a code of the table of errors and its status. */
export function checkFailure(api: DocumentedApi, answer: RawAnswer): FailureBody {
  const body = jsonBody(answer) as FailureBody;
  assert.equal(api.faults('/components/schemas/Failure', body), null);
  assert.equal(body.statusCode, answer.status, 'statusCode is the HTTP status');
  assert.equal(ERRORS[body.error.code].status, answer.status, `${body.error.code} has another status`);
  return body;
}

/** Fails unless what the parser refused is a failure in the shape of one of the surfaces: of tRPC's, where it asked for that. */
export function checkRefusal(api: DocumentedApi, answer: RawAnswer, isTrpc: boolean | undefined): void {
  const { success, error } = jsonBody(answer) as { success?: boolean; error: { data?: TrpcData } };
  if (success !== undefined || error.data === undefined) {
    // What came earlier than the rest of its request is not known any more.
    checkFailure(api, answer);
    return;
  }
  assert.notEqual(isTrpc, false, 'a REST request is answered with the envelope');
  assert.equal(error.data.httpStatus, answer.status);
  assert.equal(ERRORS[error.data.code].status, answer.status, `${error.data.code} has another status`);
}

interface TrpcData {
  code: keyof typeof ERRORS;
  httpStatus: number;
}

/** Fails unless the answer of a REST request is valid under the document, for its operation and status. */
export function checkRest(api: DocumentedApi, request: FuzzRequest, answer: RawAnswer): void {
  const found = api.operation(request.method === 'HEAD' ? 'GET' : request.method, request.path);
  if (found !== undefined) {
    const response = found.operation.responses[String(answer.status)];
    assert.ok(response, `${found.operation.operationId} documents no ${answer.status}`);
    if (request.method === 'HEAD') return;
    const pointer = response.$ref?.slice(1) ?? `${found.pointer}/responses/${answer.status}`;
    const faults = api.faults(`${pointer}/content/application~1json/schema`, jsonBody(answer));
    assert.equal(faults, null, `not the documented answer of ${found.operation.operationId}`);
  }
  if (request.method === 'HEAD') return;
  if (answer.status !== 200) checkFailure(api, answer);
  else if (found === undefined) {
    assert.match(request.path, /^\/health\/(live|ready)$/, 'only documented routes answer 200');
    const { success, statusCode, error } = jsonBody(answer) as Record<string, unknown>;
    assert.deepEqual({ success, statusCode, error }, { success: true, statusCode: 200, error: null });
  }
}

export function jsonBody(answer: RawAnswer): unknown {
  assert.match(answer.headers['content-type'] ?? '', /^application\/json(; ?charset=utf-8)?$/i);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
}
