import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import { contentLength, hasBody } from './body-headers.js';
import { askForBody } from './expect-continue.js';
import { excessOf, type JsonBounds } from './json-structure.js';
import { readBody, unreadable } from './read-body.js';

/**
 * How bodies are read. `json`: parsed here. `text`: left to tRPC, which parses for itself. Either way only
 * application/json in UTF-8 is taken, and an empty body is no body, whatever type it claims: closing a ticket needs none.
 *
 * Another type is refused before the body is read, where its length is announced, and what holds more than its operation
 * takes before anything is made of it.
 */
export function installBodyParser(app: FastifyInstance, as: 'json' | 'text'): void {
  const parser = (isJson: boolean) => async (request: FastifyRequest, payload: IncomingMessage) => {
    if (!hasBody(request)) return undefined;
    const { bodyIntake } = request;
    if (bodyIntake === undefined) throw new TypeError('A body that nothing limits');
    const isReadable = isJson && isPlainUtf8(request);
    if (!isReadable && contentLength(request) !== undefined) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    askForBody(request);
    const { body, pieces } = await readBody(request, payload, bodyIntake);
    if (body.length === 0) return undefined;
    if (!isReadable) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    await bodyIntake.count(body.length, pieces);
    const text = textOf(body, bodyIntake.bounds);
    return as === 'text' ? text : parse(text);
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', parser(true));
  app.addContentTypeParser('*', parser(false));
}

/**
 * Lets a request without a body claim any type, or none: Fastify refuses a type that it can't read before it looks for
 * a body, and tRPC refuses a missing one.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  addStep(app, 'onRequest', (request) => {
    if (request.method === 'POST' && !hasBody(request)) request.headers['content-type'] = 'application/json';
  });
}

/** Whether what is in the body is not compressed, and in no other character set than UTF-8. */
function isPlainUtf8({ headers }: FastifyRequest): boolean {
  const { 'content-encoding': encoding = 'identity', 'transfer-encoding': coding = 'chunked' } = headers;
  if (encoding.toLowerCase() !== 'identity' || coding.toLowerCase() !== 'chunked') return false;
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  return charset === undefined || /^utf-?8$|^us-ascii$/i.test(charset);
}

function textOf(body: Buffer, bounds: JsonBounds): string {
  // Decoding would put U+FFFD where the bytes are not UTF-8: the customer's text would not come back as sent.
  if (!isUtf8(body)) throw unreadable('The body is not valid UTF-8');
  refuseExcess(body, bounds, 'The body');
  // RFC 8259, 8.1: a byte order mark in front may be ignored.
  return body.toString('utf8').replace(/^\ufeff/, '');
}

/** @throws AppError BAD_REQUEST for a JSON text with more in it than its operation takes. `what`: it is called. */
export function refuseExcess(text: Uint8Array, bounds: JsonBounds, what: string): void {
  const excess = excessOf(text, bounds);
  if (excess === 'values') throw unreadable(`${what} has more fields and items than this operation takes`);
  if (excess === 'depth') throw unreadable(`${what} is nested more deeply than this operation takes`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('The body is not valid JSON');
  }
}
