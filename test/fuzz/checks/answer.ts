import assert from 'node:assert/strict';
import type { AnyTRPCRouter } from '@trpc/server';
import { MAX_FAILURE_BYTES } from '../../../src/errors/cut.js';
import type { RawAnswer } from '../answer-reader.js';
import type { FuzzRequest } from '../request.js';
import { DocumentedApi, takesFile } from './document.js';
import { checkRefusal, checkRest, jsonBody } from './envelope.js';
import { procedures } from './procedures.js';
import { type CallResult, calledNames, checkTrpc, isBatch } from './trpc.js';
import { restVerdict, trpcVerdict, type Verdict } from './verdict.js';
import type { Accepted } from './writes.js';

/** What gives away how the house is built. None of it is in anything that the fuzzer sends. */
const SECRETS = [
  /\n\s+at /,
  /node_modules|node:internal|file:\/\/\//,
  /\.(?:ts|js|mjs):\d/,
  /prisma|sqlite|postgres|SQLSTATE|syntax error at/i,
  /(?:SELECT|INSERT|UPDATE|DELETE) .*(?:FROM|INTO|SET) /,
];

/** Checks answers against all that is promised of any answer. */
export class AnswerChecks {
  readonly #api: DocumentedApi;
  readonly #procedures;

  constructor(router: AnyTRPCRouter, api: DocumentedApi = new DocumentedApi()) {
    this.#api = api;
    this.#procedures = procedures(router);
  }

  /** Fails unless it is a good answer to a well-formed request; gives the calls that were answered with success. */
  check(request: FuzzRequest, answer: RawAnswer): Accepted[] {
    this.#checkAny(answer);
    const sentId = request.header('x-request-id');
    if (sentId !== undefined && /^[\w.:-]{1,128}$/.test(sentId) && !isFromParser(answer)) {
      assert.equal(answer.headers['x-request-id'], sentId, 'x-request-id comes back');
    }
    if (isFromParser(answer)) {
      if (request.method !== 'HEAD') checkRefusal(this.#api, answer, request.path.startsWith('/trpc/'));
      return [];
    }
    if (/^\/(docs|openapi\.json)\b/.test(request.path) && answer.status < 400) return [];
    this.#checkSecrets(answer);
    if (answer.headers['content-type']?.startsWith('text/event-stream')) return this.#checkStream(request, answer);
    if (request.path.startsWith('/trpc/')) return this.#checkTrpc(request, answer);
    return this.#checkRest(request, answer);
  }

  /** Fails unless it is a good answer to bytes that may be no well-formed request; gives its body. */
  checkGarbage(answer: RawAnswer): { data?: unknown } {
    this.#checkAny(answer);
    this.#checkSecrets(answer);
    if (answer.status >= 400) checkRefusal(this.#api, answer, undefined);
    return answer.body.length === 0 ? {} : (jsonBody(answer) as { data?: unknown });
  }

  #checkAny({ status, headers, body }: RawAnswer): void {
    assert.ok(status < 500, `${status}`);
    if (status >= 400) assert.ok(body.length <= MAX_FAILURE_BYTES, 'a failure is at most 16 KiB');
    assert.match(headers['x-request-id'] ?? '', /^[\w.:-]{1,128}$/, 'x-request-id is on every answer');
    if (status === 401) assert.ok(headers['www-authenticate'], 'a 401 says WWW-Authenticate');
    if (status === 405) assert.ok(headers.allow, 'a 405 says what is allowed');
  }

  #checkSecrets({ body }: RawAnswer): void {
    const text = body.toString('latin1');
    assert.ok(!text.includes(process.cwd()), 'a path is in the answer');
    for (const secret of SECRETS) assert.doesNotMatch(text, secret, 'something of the inside is in the answer');
  }

  /** Of a subscription, and of nothing that must not be one; what it begins with was read. */
  #checkStream(request: FuzzRequest, { headers }: RawAnswer): Accepted[] {
    assert.equal(request.method, 'GET');
    const path = decodeURIComponent(request.path);
    const procedure = [...this.#procedures.values()].find(({ name, stream }) =>
      [stream, `/trpc/${name}`].includes(path),
    );
    assert.equal(procedure?.type, 'subscription', `${request.path} is no stream`);
    assert.deepEqual([headers['cache-control'], headers.connection], ['no-store, no-transform', 'close']);
    if (path.startsWith('/trpc/') && procedure) assert.notEqual(trpcVerdict(procedure, request), 'invalid');
    return [];
  }

  #checkRest(request: FuzzRequest, answer: RawAnswer): Accepted[] {
    checkRest(this.#api, request, answer);
    const found = this.#api.operation(request.method, request.path);
    if (found === undefined) return [];
    const procedure = [...this.#procedures.values()].find((one) => one.operationId === found.operation.operationId);
    assert.ok(procedure, `no procedure has the operation id ${found.operation.operationId}`);
    const body = jsonBody(answer) as { data: Record<string, unknown>; error: Parameters<typeof checkVerdict>[2] };
    checkVerdict(restVerdict(this.#api, request, found), answer.status, body.error ?? undefined);
    if (answer.status !== 200 || procedure.type !== 'mutation') return [];
    const names = [...found.pointer.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
    const params = found.params.map((value, index) => [names[index], decodeURIComponent(value)]);
    const sent = takesFile(found.operation)
      ? Object.fromEntries(new URLSearchParams(request.query))
      : request.body?.text
        ? (JSON.parse(request.body.text) as object)
        : {};
    return [{ procedure: procedure.name, input: { ...sent, ...Object.fromEntries(params) }, data: body.data }];
  }

  #checkTrpc(request: FuzzRequest, answer: RawAnswer): Accepted[] {
    if (request.method === 'HEAD') return [];
    const results = checkTrpc(this.#procedures, request, answer);
    const names = calledNames(request);
    const only = results.length === 1 ? this.#procedures.get(request.path.slice('/trpc/'.length)) : undefined;
    if (only && !only.takesFile) checkVerdict(trpcVerdict(only, request), answer.status, errorOf(results[0]));
    const writes = results.flatMap((result, index) => {
      const procedure = this.#procedures.get(names[index] ?? '');
      if (!('result' in result) || procedure?.type !== 'mutation') return [];
      return [{ procedure: procedure.name, index, data: result.result.data as Record<string, unknown> }];
    });
    if (writes.length === 0) return [];
    const sent = JSON.parse(request.body?.text ?? '') as Record<string, unknown>;
    return writes.map(({ procedure, index, data }) => {
      return { procedure, data, input: (isBatch(request) ? sent[index] : sent) as Record<string, unknown> };
    });
  }
}

function errorOf(result: CallResult | undefined): { code: string; details?: { path: string }[] } | undefined {
  return result !== undefined && 'error' in result ? result.error.data : undefined;
}

const NO_SCHEMA_SAYS =
  /^(?:filters\.)?(?:categoryId|agentId|requester|change\.assignedAgent|after|lastEventId|cursor|tag|prefix|(?:add|remove|attachments|weeklyHours)\.\d+|weeklyHours|weeklyHours\.\d+\.closes|holidays\.\d+\.date|(?:created|updated)(?:From|To)|from|to|since|url)$/;

/** The document and the server agree on what is right. */
function checkVerdict(
  verdict: Verdict,
  status: number,
  error: { code: string; details?: { path: string }[] } | undefined,
): void {
  // Who may not call is told so, whatever was sent.
  if (error?.code === 'FORBIDDEN') return;
  // It has more than all that is valid could take: that comes before what is in it.
  if (status === 413) {
    assert.notEqual(verdict, 'valid', 'whatever is valid has room');
    return;
  }
  if (verdict === 'invalid') {
    assert.equal(status, 400, 'by its schema the input is invalid');
    assert.equal(error?.code, 'BAD_REQUEST');
    assert.ok((error?.details?.length ?? 0) > 0, 'a 400 says what is wrong');
  }
  if (verdict === 'valid' && status === 400) {
    // What no schema can say: which categories there are, who is known by an id with white space at its ends, which cursors we have
    // given out, which letters a tag has, which files are free, which times can be stored, which hours and days go
    // together, and where webhooks may lead.
    const details = error?.details ?? [];
    const onlyKnown = details.length > 0 && details.every(({ path }) => NO_SCHEMA_SAYS.test(path));
    assert.ok(error?.code === 'TICKET_CLOSED' || onlyKnown, 'by its schema the input is valid');
  }
}

/** Node's parser refused it, and no request came to be: the answer was written to the socket by hand, without a date. */
function isFromParser({ status, headers }: RawAnswer): boolean {
  return [400, 408, 414, 431].includes(status) && headers.date === undefined;
}
