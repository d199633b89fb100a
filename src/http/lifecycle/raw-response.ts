import type { Socket } from 'node:net';
import type { AppError } from '../../errors/app-error.js';
import { failure } from '../response/envelope.js';

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
};

/** How long a client may go on sending, and has to close its side, after it was refused. */
const LINGER_MS = 2_000;

/**
 * Writes a failure to a connection by hand, where Node has no response for it, and ends our side. What the client still
 * sends is read and dropped for a while: closing while it sends would often take the answer from it (RFC 9112, 9.6).
 */
export function endWithFailure(socket: Socket, failed: AppError, id: string, headers: readonly string[] = []): void {
  const body = JSON.stringify(failure(failed, id));
  socket.end(
    [
      `HTTP/1.1 ${failed.status} ${REASONS[failed.status] ?? 'Error'}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${id}`,
      ...headers,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  socket.resume();
  const limit = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(limit));
}
