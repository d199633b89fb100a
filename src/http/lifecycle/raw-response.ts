import type { Socket } from 'node:net';
import type { AppError } from '../../errors/app-error.js';
import { NO_STORE } from '../response/security-headers.js';
import { failureBody } from '../response/send-failure.js';
import type { OpenRequests } from './open-requests.js';

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
};

/** How long a client may go on sending, and has to close its side, after it was refused. */
const LINGER_MS = 2_000;

interface Refusal {
  failed: AppError;
  /** Of the request, for the client and for the log. */
  id: string;
  /** What was asked for, as far as that is known: its surface decides on the shape. */
  url?: string;
  /** Lines, beside those that every such answer has. */
  headers?: readonly string[];
}

const refused = new WeakSet<Socket>();

/** Whether a connection was ended by endWithFailure(), or is going to be. */
export function isRefused(socket: Socket): boolean {
  return refused.has(socket);
}

/**
 * Takes over a bare socket that Node's HTTP server hands out, ends it with a failure that is written by hand, as there is no
 * response for it, and sees to it that it is closed. Whatever happens to the connection from now on does no harm. More that
 * is to be refused on it changes nothing.
 *
 * A request that came whole on it before is being done, and its answer goes first: taken for that one, a refusal would say
 * that nothing was written. And where the rest of a request is refused that has its answer, no other follows.
 *
 * What the client still sends is read and dropped for a while: closing while it sends would often take the answer from it
 * (RFC 9112, 9.6).
 */
export function endWithFailure(socket: Socket, openRequests: OpenRequests, refusal: Refusal): void {
  if (refused.has(socket)) return;
  refused.add(socket);
  // Node takes its own listeners off what it hands out. An error that nobody hears would end the process, and a client that
  // takes nothing of an earlier answer would keep the connection for good.
  socket.on('error', () => socket.destroy());
  socket.on('timeout', () => socket.destroy());
  openRequests.afterAnswerOn(socket, () => {
    // Gone, or ended by that answer.
    if (!socket.writable) return;
    if (openRequests.isAnswered(socket)) socket.end();
    else socket.end(written(refusal));
    linger(socket);
  });
}

function written({ failed, id, url = '', headers = [] }: Refusal): string {
  const body = JSON.stringify(failureBody(url, failed, id));
  return [
    `HTTP/1.1 ${failed.status} ${REASONS[failed.status] ?? 'Error'}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `cache-control: ${NO_STORE}`,
    `x-request-id: ${id}`,
    ...headers,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

function linger(socket: Socket): void {
  socket.resume();
  const limit = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(limit));
}
