import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { OpenRequest, OpenRequests } from '../lifecycle/open-requests.js';
import { isRefused } from '../lifecycle/raw-response.js';
import { contentLength } from '../request/body-headers.js';

/** Ends the headers of every request, and every body in chunks (RFC 9112, 2.1 and 7.1). */
const BLANK_LINE = '\r\n\r\n';

interface Pipelining {
  openRequests: OpenRequests;
  /** Has a paused connection read on when it is its turn. */
  resumeInTurn(connection: Socket): void;
}

/**
 * Has the requests of a connection done one after another: the next one begins when the answer to the one before has left, and what a
 * client has sent ahead waits until then, at first in the connection's buffer and then with the client.
 *
 * Node parses all that it has read and begins all requests in it: 2,000 short ones in 64 KiB, which take a hundred times the memory of
 * what was sent, and the event loop for as long as they take. They would also be done at once, where one that follows a write must
 * see it (RFC 9112, 9.3.2).
 */
export function doOneAfterAnother(server: Server, pipelining: Pipelining): void {
  const readers = new WeakMap<Socket, ConnectionReader>();
  server.on('connection', (connection) => {
    // The HTTP server's own, which it adds before it tells of the connection.
    const parse = connection.listeners('data').at(-1);
    if (parse === undefined) return;
    const reader = new ConnectionReader(connection, (piece) => parse.call(connection, piece), pipelining);
    readers.set(connection, reader);
    const [onPause] = connection.listeners('pause');
    const [onResume] = connection.listeners('resume');
    connection.off('data', parse as (chunk: Buffer) => void);
    // Taken off as its own would be, like a listener of once(), where the HTTP server hands the connection out.
    connection.on(
      'data',
      Object.assign((chunk: Buffer) => reader.read(chunk), { listener: parse }),
    );
    // With a listener for what comes Node takes these off, and would read on from a connection that is paused.
    if (onPause) connection.on('pause', onPause as () => void);
    if (onResume) connection.on('resume', onResume as () => void);
  });
  server.on('request', (request: IncomingMessage) => readers.get(request.socket)?.begun(request));
}

/** Gives the parser what has come on a connection: up to the end of a request, and what is behind it when the answer has left. */
class ConnectionReader {
  readonly #connection: Socket;
  readonly #parse: (piece: Buffer) => void;
  readonly #openRequests: OpenRequests;
  readonly #resumeInTurn: (connection: Socket) => void;
  /** Of the body of the last request, what is still to come; 0 also where its length is not known. */
  #bodyBytes = 0;
  /** The last bytes that the parser has had: a blank line may have begun with them. */
  #tail = '';
  /** It reads on when the answer has left. */
  #waits = false;

  constructor(connection: Socket, parse: (piece: Buffer) => void, { openRequests, resumeInTurn }: Pipelining) {
    this.#connection = connection;
    this.#parse = parse;
    this.#openRequests = openRequests;
    this.#resumeInTurn = resumeInTurn;
  }

  begun(request: IncomingMessage): void {
    this.#bodyBytes = contentLength(request) ?? 0;
  }

  read(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; ) {
      // Nothing more is answered.
      if (!this.#connection.writable || isRefused(this.#connection)) return;
      const open = this.#openRequests.on(this.#connection);
      if (open?.response.req.complete) {
        this.#keep(chunk.subarray(from), open);
        return;
      }
      const end = this.#bodyBytes > 0 ? this.#endOfBody(chunk, from) : this.#endOfBlankLine(chunk, from);
      this.#parse(from === 0 && end === chunk.length ? chunk : chunk.subarray(from, end));
      from = end;
    }
  }

  #keep(rest: Buffer, { response }: OpenRequest): void {
    // In this order: a connection that isn't paused gives at once what is put back.
    this.#connection.pause();
    this.#connection.unshift(rest);
    if (this.#waits) return;
    this.#waits = true;
    this.#openRequests.onceGone(response, () => {
      this.#waits = false;
      this.#resumeInTurn(this.#connection);
    });
  }

  // These give where the parser is to stop, behind what there is of it.

  #endOfBody(chunk: Buffer, from: number): number {
    const bytes = Math.min(this.#bodyBytes, chunk.length - from);
    this.#bodyBytes -= bytes;
    return from + bytes;
  }

  #endOfBlankLine(chunk: Buffer, from: number): number {
    const end = this.#findBlankLine(chunk, from);
    this.#tail =
      end === undefined ? `${this.#tail}${chunk.toString('latin1', Math.max(from, chunk.length - 3))}`.slice(-3) : '';
    return end ?? chunk.length;
  }

  #findBlankLine(chunk: Buffer, from: number): number | undefined {
    if (this.#tail !== '') {
      const at = `${this.#tail}${chunk.toString('latin1', from, from + BLANK_LINE.length - 1)}`.indexOf(BLANK_LINE);
      if (at !== -1) return from + at + BLANK_LINE.length - this.#tail.length;
    }
    const at = chunk.indexOf(BLANK_LINE, from, 'latin1');
    return at === -1 ? undefined : at + BLANK_LINE.length;
  }
}
