import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AnyTRPCRouter } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requirePolicy } from '../../auth/policy.js';
import { UnknownOutcomeError } from '../../db/driver-errors.js';
import type { Sql } from '../../db/sql/sql.js';
import { AppError } from '../../errors/app-error.js';
import { zodDetails } from '../../errors/zod-details.js';
import type { Context, FileQuota, StoredUpload } from '../../procedure/context.js';
import type { Clock } from '../../schema/clock.js';
import { newId } from '../../schema/ids.js';
import { requireFileQuota } from '../../storage/file-quota.js';
import type { FileStore } from '../../storage/file-store.js';
import { nameAndType } from '../../storage/file-types.js';
import { receiveFile, tooLarge } from '../../storage/receive-file.js';
import { requireClean, type ScanOptions } from '../../storage/require-clean.js';
import type { Metrics, UploadOutcome } from '../../telemetry/metrics.js';
import type { Spend } from '../limits/rate-limit.js';
import { contentLength } from '../request/body-headers.js';
import { askForBody } from '../request/expect-continue.js';
import { success } from '../response/envelope.js';
import { restProcedures } from '../rest/bridge.js';
import { queryReader } from '../rest/query-reader.js';
import { readPieces } from './read-pieces.js';
import { longestUploadMs, UploadTime } from './upload-time.js';
import type { Uploads } from './uploads.js';

export interface UploadOptions {
  router: AnyTRPCRouter;
  createContext(request: FastifyRequest, reply: FastifyReply): Context;
  store: FileStore;
  uploads: Uploads;
  sql: Sql;
  clock: Clock;
  quota: FileQuota;
  /** Counts bytes against the user's quota of a minute; undefined: there is none. */
  spend: Spend | undefined;
  metrics: Metrics;
  maxBytes: number;
  zipAllowed: boolean;
  /** undefined: nobody looks for malware. */
  scan: ScanOptions | undefined;
  idleMs: number;
  answerMs: number;
}

/**
 * The routes of procedures whose body is a file. It is written to this machine's disk as it comes, looked at, and put into the
 * store under a new id; then the procedure is called, which makes a file of it. Where that fails, the bytes are removed again.
 *
 * A scope of its own, with none of the limits of other bodies: see UploadTime and Uploads.
 */
export async function uploadRoutes(app: FastifyInstance, options: UploadOptions): Promise<void> {
  const { router, maxBytes, metrics } = options;
  // Whatever it is said to be: what it is, is for us to find out.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  for (const { path, meta, url, input, call } of restProcedures(router).filter(({ meta }) => meta.takesFile)) {
    const { openapi, policy, invalid } = meta;
    if (input === undefined) throw new TypeError(`${path} has no input`);
    const readQuery = queryReader(input);
    app.route({
      method: openapi.method,
      url,
      config: { procedure: path, invalid, timesItself: true },
      // Before any of it is read.
      onRequest: (request, _reply, done) => {
        requirePolicy(request.principal, policy);
        requireFile(request);
        const checked = input.safeParse(readQuery(request.query as Record<string, unknown>));
        if (!checked.success) throw new AppError('BAD_REQUEST', { details: zodDetails(checked.error) });
        if ((contentLength(request) ?? 0) > maxBytes) {
          metrics.refused('too-large');
          throw new AppError('PAYLOAD_TOO_LARGE', { message: tooLarge(maxBytes) });
        }
        done();
      },
      handler: async (request, reply) => {
        const sent = readQuery(request.query as Record<string, unknown>);
        const data = await upload({ request, reply, name: String(sent.name), ...options }, async (stored) => {
          const ctx = { ...options.createContext(request, reply), upload: stored };
          return (await call({ ctx, path, getRawInput: async () => sent })) as UploadedFile;
        });
        return success(data);
      },
    });
  }
}

/** Headers that say that the body is something else than a file. */
function requireFile({ headers }: FastifyRequest): void {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (/^\s*multipart\//i.test(type)) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Send the file itself as the body, not in a form' });
  }
  if (encoding.toLowerCase() !== 'identity') {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Send the file as it is, not compressed' });
  }
}

/** Of what the procedure gives, what is looked at here. */
interface UploadedFile {
  readonly fileId: string;
  readonly size: number;
}

/** Makes a file of what is in the store. */
type Register = (stored: StoredUpload) => Promise<UploadedFile>;

interface Kept {
  readonly file: UploadedFile;
  /** Not what an earlier request of the same key has got. */
  readonly isNew: boolean;
}

interface Upload extends UploadOptions {
  request: FastifyRequest;
  reply: FastifyReply;
  /** As it was sent. */
  name: string;
}

/** Does it, and counts how it has ended. */
async function upload(upload: Upload, register: Register): Promise<UploadedFile> {
  const { request, metrics } = upload;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const { file, isNew } = await storeUpload(upload, register);
    metrics.uploaded(isNew ? 'stored' : 'replayed', seconds(), isNew ? file.size : 0);
    return file;
  } catch (error) {
    metrics.uploaded(request.raw.destroyed && !request.raw.complete ? 'aborted' : outcomeOf(error), seconds());
    throw error;
  }
}

function outcomeOf(error: unknown): UploadOutcome {
  if (!(error instanceof AppError) || error.status >= 500) return 'failed';
  return error.appCode === 'FILE_INFECTED' ? 'infected' : 'refused';
}

async function storeUpload(upload: Upload, register: Register): Promise<Kept> {
  const { request, reply, uploads, store, sql, clock, quota, spend, scan, idleMs, answerMs, maxBytes } = upload;
  const userId = request.principal?.userId ?? '';
  const announced = contentLength(request);
  const leave = uploads.begin(userId);
  const time = new UploadTime(reply, { idleMs, wholeMs: longestUploadMs(maxBytes), answerMs, announced });
  try {
    await requireFileQuota(sql, { userId, size: announced ?? 0, now: clock.now() }, quota);
    await spend?.(reply, userId, announced ?? 0);
    askForBody(request);
    const pieces = readPieces(request.body as IncomingMessage, time);
    const receiving = { folder: store.incoming, maxBytes, stays: store.isLocal };
    const received = await receiveFile(pieces, receiving).finally(uploads.receive(time));
    try {
      time.received();
      if (announced === undefined) await spend?.(reply, userId, received.size);
      const named = nameAndType(upload.name, received.type, upload.zipAllowed);
      if (scan !== undefined) await requireClean(received, scan, request.log);
      const stored = { fileId: newId('file'), ...named, size: received.size, sha256: received.sha256 };
      await store.put(stored.fileId, { ...received, type: named.type });
      return await keepIfRegistered(upload, stored, register);
    } finally {
      await rm(received.path, { force: true });
    }
  } finally {
    time.stop();
    leave();
  }
}

/** The bytes stay where they were made a file of: neither after a failure, nor where an earlier request has the same key. */
async function keepIfRegistered({ store, request }: Upload, stored: StoredUpload, register: Register): Promise<Kept> {
  let isRegistered = false;
  try {
    const file = await register(stored);
    isRegistered = file.fileId === stored.fileId;
    return { file, isNew: isRegistered };
  } catch (error) {
    // Nobody knows whether it was: then it stays, and a background job finds out.
    isRegistered = error instanceof AppError && error.cause instanceof UnknownOutcomeError;
    throw error;
  } finally {
    if (!isRegistered) {
      // What can't be removed now, a background job removes.
      await store.remove(stored.fileId).catch((err) => request.log.warn({ err }, 'an upload has left its bytes'));
    }
  }
}
