import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { OpenRequest, OpenRequests } from '../lifecycle/open-requests.js';
import { isRefused } from '../lifecycle/raw-response.js';
import type { Turns } from './read-in-turns.js';
import { type ChunkAllowance, RequestEnds } from './request-ends.js';

/**
 * Chunks of bodies that an iteration of the event loop parses as they come, before connections with more of them take turns; and in
 * each turn. It takes 0.2 ms for a body that is dropped, and 1 ms for a file that is stored.
 */
const MOST_CHUNKS = 100;

interface Pipelining {
  openRequests: OpenRequests;
  turns: Omit<Turns, 'waiting'>;
}

/**
 * Has the requests of a connection done one after another: the next one begins when the answer to the one before has left, and what a
 * client has sent ahead waits until then, at first in the connection's buffer and then with the client.
 *
 * Node parses all that it has read and begins all requests in it: 2,000 short ones in 64 KiB, which take a hundred times the memory of
 * what was sent, and the event loop for as long as they take. They would also be done at once, where one that follows a write must
 * see it (RFC 9112, 9.3.2).
 *
 * A body may come in 10,000 chunks in 64 KiB, each of which the parser handles by itself, and on all connections at once: beyond some
 * in an iteration of the event loop, they are parsed one connection after another.
 */
export function doOneAfterAnother(server: Server, pipelining: Pipelining): void {
  const readers = new WeakMap<Socket, ConnectionReader>();
  const chunks = new ChunksPerIteration();
  server.on('connection', (connection) => {
    // The HTTP server's own, which it adds before it tells of the connection.
    const parse = connection.listeners('data').at(-1);
    if (parse === undefined) return;
    const reader = new ConnectionReader(connection, (piece) => parse.call(connection, piece), chunks, pipelining);
    readers.set(connection, reader);
    const [onPause] = connection.listeners('pause');
    const [onResume] = connection.listeners('resume');
    connection.off('data', parse as (chunk: Buffer) => void);
    // Taken off as its own would be, like a listener of once(), where the HTTP server hands the connection out.
    connection.on(
      'data',
      Object.assign((segment: Buffer) => reader.read(segment), { listener: parse }),
    );
    // With a listener for what comes Node takes these off, and would read on from a connection that is paused.
    if (onPause) connection.on('pause', onPause as () => void);
    if (onResume) connection.on('resume', onResume as () => void);
  });
  server.on('request', (request: IncomingMessage) => readers.get(request.socket)?.begun(request));
}

/** Those that all connections have together. */
class ChunksPerIteration implements ChunkAllowance {
  #left = MOST_CHUNKS;

  get left(): number {
    return this.#left;
  }

  set left(left: number) {
    if (this.#left === MOST_CHUNKS) {
      setImmediate(() => {
        this.#left = MOST_CHUNKS;
      });
    }
    this.#left = left;
  }
}

/** Gives the parser what has come on a connection: up to the end of a request, and what is behind it when the answer has left. */
class ConnectionReader {
  readonly #connection: Socket;
  readonly #parse: (piece: Buffer) => void;
  readonly #sharedChunks: ChunkAllowance;
  readonly #openRequests: OpenRequests;
  readonly #turns: Pipelining['turns'];
  readonly #ends = new RequestEnds();
  /** It reads on when the answer has left. */
  #waitsForAnswer = false;
  /** It has more chunks than there were left, and reads on when it is its turn. */
  #waitsForTurn = false;

  constructor(
    connection: Socket,
    parse: (piece: Buffer) => void,
    sharedChunks: ChunkAllowance,
    { openRequests, turns }: Pipelining,
  ) {
    this.#connection = connection;
    this.#parse = parse;
    this.#sharedChunks = sharedChunks;
    this.#openRequests = openRequests;
    this.#turns = turns;
  }

  begun(request: IncomingMessage): void {
    this.#ends.begun(request);
  }

  read(segment: Buffer): void {
    this.#turns.hasRead(this.#connection, segment.length);
    // Whoever reads a body has its connection read on, too.
    if (this.#waitsForTurn && this.#turns.isWaiting(this.#connection)) {
      this.#keep(segment);
      return;
    }
    const chunks = this.#waitsForTurn ? { left: MOST_CHUNKS } : this.#sharedChunks;
    this.#waitsForTurn = false;
    for (let from = 0; from < segment.length; ) {
      // Nothing more is answered.
      if (!this.#connection.writable || isRefused(this.#connection)) return;
      const open = this.#openRequests.on(this.#connection);
      if (open?.response.req.complete) {
        this.#keep(segment.subarray(from));
        this.#resumeAfter(open);
        return;
      }
      const end = this.#ends.next(segment, from, chunks);
      if (end === from) {
        this.#keep(segment.subarray(from));
        this.#waitsForTurn = true;
        this.#turns.resumeInTurn(this.#connection);
        return;
      }
      this.#parse(from === 0 && end === segment.length ? segment : segment.subarray(from, end));
      from = end;
    }
  }

  #keep(rest: Buffer): void {
    // In this order: a connection that isn't paused gives at once what is put back.
    this.#connection.pause();
    this.#connection.unshift(rest);
  }

  #resumeAfter({ response }: OpenRequest): void {
    if (this.#waitsForAnswer) return;
    this.#waitsForAnswer = true;
    this.#openRequests.onceGone(response, () => {
      this.#waitsForAnswer = false;
      this.#turns.resumeInTurn(this.#connection);
    });
  }
}
