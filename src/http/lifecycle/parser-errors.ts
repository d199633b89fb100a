import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { AppError, type ErrorCode } from '../../errors/app-error.js';
import type { OpenRequests } from './open-requests.js';
import { endWithFailure } from './raw-response.js';

interface ParserError {
  code?: string;
  /** What arrived last: Node gives a Buffer, whatever Fastify's types say. */
  rawPacket?: unknown;
  /** How much of it the parser had read. */
  bytesParsed?: number;
}

/**
 * Lets a request begin when the parser has read all that came with it: what it refuses behind the headers (a length beside
 * chunks, for one) must go before the answer, and before any work. Call it before any other hook is added.
 */
export function beginAfterParser(app: FastifyInstance): void {
  // A settled promise is enough: its turn comes when the parser is through.
  app.addHook('onRequest', async () => {});
}

/**
 * Answers what Node's HTTP parser refused, where no request exists: a failure in the shape of the surface that was asked,
 * written to the socket by hand. For Fastify's `clientErrorHandler`.
 */
export function answerParserError(error: ParserError, socket: Socket, id: string, openRequests: OpenRequests): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  endWithFailure(socket, openRequests, {
    failed: new AppError(parserFailure(error), detailsOf(error)),
    id,
    url: urlOf(error),
  });
}

/**
 * Of the last request line in what arrived last, as far as it goes; '' where it came earlier: Node keeps nothing of a request
 * that it couldn't read.
 */
function urlOf({ rawPacket }: ParserError): string {
  if (!Buffer.isBuffer(rawPacket)) return '';
  const lines = [...rawPacket.toString('latin1').matchAll(/^[A-Z-]+ (\/\S*)/gm)];
  return lines.at(-1)?.[1] ?? '';
}

export const MALFORMED = 'This is not a well-formed HTTP/1.1 request';

function parserFailure(error: ParserError): ErrorCode {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT';
  if (error.code !== 'HPE_HEADER_OVERFLOW') return 'BAD_REQUEST';
  return isInUrl(error) ? 'URI_TOO_LONG' : 'HEADERS_TOO_LARGE';
}

/**
 * One limit holds for the request line and the headers. Whether the URL alone was too long shows in the line where the
 * parser gave up: it begins with a method, or the protocol's name follows.
 */
function isInUrl({ rawPacket, bytesParsed = 0 }: ParserError): boolean {
  if (!Buffer.isBuffer(rawPacket)) return false;
  const parsed = rawPacket.subarray(0, bytesParsed).toString('latin1');
  const line = parsed.slice(parsed.lastIndexOf('\n') + 1);
  return /^[A-Z-]+ /.test(line) || rawPacket.subarray(bytesParsed, bytesParsed + 6).toString('latin1') === ' HTTP/';
}

function detailsOf(error: ParserError) {
  if (parserFailure(error) !== 'BAD_REQUEST') return {};
  return { details: [{ path: '', message: MALFORMED }] };
}
