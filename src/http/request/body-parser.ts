import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';

/**
 * How bodies are read. `json`: parsed here. `text`: left to tRPC, which parses for itself. Either way only
 * application/json in UTF-8 is taken, and an empty body is no body, whatever type it claims: closing a ticket needs none.
 */
export function installBodyParser(app: FastifyInstance, as: 'json' | 'text'): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, readBody(request, body, as));
    } catch (error) {
      done(error as AppError);
    }
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    if (body.length === 0) done(null, undefined);
    else done(new AppError('UNSUPPORTED_MEDIA_TYPE'));
  });
}

/**
 * Lets a request without a body claim any type, or none: Fastify refuses a type that it can't read before it looks for
 * a body, and tRPC refuses a missing one.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  addStep(app, 'onRequest', ({ method, headers }) => {
    const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
    if (empty && method === 'POST') headers['content-type'] = 'application/json';
  });
}

function readBody(request: FastifyRequest, body: Buffer, as: 'json' | 'text'): unknown {
  if (body.length === 0) return undefined;
  const { 'content-encoding': encoding = 'identity', 'transfer-encoding': coding = 'chunked' } = request.headers;
  if (encoding.toLowerCase() !== 'identity' || coding.toLowerCase() !== 'chunked') {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$|^us-ascii$/i.test(charset)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  // Decoding would put U+FFFD where the bytes are not UTF-8: the customer's text would not come back as sent.
  if (!isUtf8(body)) throw malformed('The body is not valid UTF-8');
  // RFC 8259, 8.1: a byte order mark in front may be ignored.
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  if (as === 'text') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('The body is not valid JSON');
  }
}

function malformed(message: string): AppError {
  return new AppError('BAD_REQUEST', { details: [{ path: '', message }] });
}
