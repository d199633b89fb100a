import { ReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import type { OpenRequests } from '../lifecycle/open-requests.js';
import { clientAddress } from '../limits/client-address.js';
import { LargeAnswers } from '../limits/large-answers.js';
import { handleError } from './error-handler.js';

/** To some of these the handler of static files has failures of its own; a whole file is always right, too. */
const IGNORED_HEADERS = ['range', 'if-range', 'if-match', 'if-unmodified-since'];

/** What the handler of static files refuses is a 404 as everywhere. */
function refuseAsNotFound(app: FastifyInstance): void {
  addStep(app, 'onRequest', ({ headers }) => {
    for (const name of IGNORED_HEADERS) delete headers[name];
  });
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    handleError(isRefusedFile(error) ? new AppError('NOT_FOUND') : error, request, reply),
  );
}

/** A path that leads out of the folder, or that no file can have: the handler of static files has 4xx of its own for it. */
function isRefusedFile({ code = '', statusCode = 500 }: FastifyError): boolean {
  return code === 'FST_STATIC_FORBIDDEN_PATH' || (code === '' && statusCode < 500);
}

/** In bytes: a longer answer may not leave in one go, and takes the event loop some 1 ms where it does. */
const LARGE = 131_072;

interface KeptFile {
  readonly bytes: Promise<Buffer>;
  /** Of the answer for which it was read: another file has another one. */
  readonly version: string;
}

/**
 * What all static files have in common.
 *
 * Each is sent as bytes that all answers share, read when it is first asked for. Read from disk in pieces for each answer, they take
 * the threads for files, and 128 KiB for as long as a client doesn't read. One address has 8 large ones under way at once.
 */
export class StaticFiles {
  readonly #kept = new Map<string, KeptFile>();
  readonly #largeAnswers: LargeAnswers;

  constructor(openRequests: OpenRequests) {
    this.#largeAnswers = new LargeAnswers(openRequests);
  }

  /** For a scope that serves some. */
  serveIn(app: FastifyInstance): void {
    refuseAsNotFound(app);
    app.addHook('onSend', (request, reply, payload, done) => {
      if (!(payload instanceof ReadStream) && !Buffer.isBuffer(payload)) return done(null, payload);
      this.#inTurn(payload, request, reply).then(
        (bytes) => {
          // Its time may have been up meanwhile: then it has another answer.
          if (!reply.raw.headersSent) done(null, bytes);
        },
        (error: Error) => {
          // Where nobody is left to read it, there is nothing to be said.
          if (!reply.raw.destroyed) done(error);
        },
      );
    });
  }

  async #inTurn(payload: ReadStream | Buffer, request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    const bytes = payload instanceof ReadStream ? await this.#bytesOf(payload, reply) : payload;
    if (bytes.length > LARGE) await this.#largeAnswers.enter(clientAddress(request), reply.raw);
    return bytes;
  }

  async #bytesOf(file: ReadStream, reply: FastifyReply): Promise<Buffer> {
    file.destroy();
    const path = String(file.path);
    const version = `${reply.getHeader('etag')} ${reply.getHeader('content-length')}`;
    let known = this.#kept.get(path);
    if (known?.version !== version) {
      known = { bytes: readFile(path), version };
      this.#kept.set(path, known);
      known.bytes.catch(() => this.#kept.delete(path));
    }
    const bytes = await known.bytes;
    // It may have been replaced since its length was looked at.
    reply.header('content-length', bytes.length);
    return bytes;
  }
}
