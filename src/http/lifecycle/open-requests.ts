import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

const OPEN_REQUEST = Symbol('open');
type Known = ServerResponse & { [OPEN_REQUEST]?: OpenRequest | undefined };

const OPEN_THERE = Symbol('open');
/** With the one that is open on it: they come one after another (doOneAfterAnother). */
type Connection = Socket & { [OPEN_THERE]?: OpenRequest | undefined };

/** A request that has come, until its answer has ended or its connection is gone. */
export interface OpenRequest {
  readonly response: ServerResponse;
  /** From when Fastify has taken the request on. */
  reply: FastifyReply | undefined;
  /** Its time is up, whatever has come of that. */
  late: boolean;
  onGone: (() => void) | undefined;
  previous: OpenRequest | undefined;
  next: OpenRequest | undefined;
}

/**
 * The requests that have no whole answer yet, oldest first.
 *
 * A list of links, which are cut when one leaves. A Map or a Set leaves tables behind that it has outgrown, with what stood
 * in them, for the garbage collector's next round over old objects: with requests in them, each request with all that hangs
 * on it was copied twice, and kept for seconds (docs/performance.md).
 */
export class OpenRequests implements Iterable<OpenRequest> {
  /** Called whenever the last one has left. */
  onEmpty: () => void = () => {};
  /** Called for each whose client left before it had the whole answer. */
  onAbort: (reply: FastifyReply) => void = () => {};
  #first: OpenRequest | undefined;
  #last: OpenRequest | undefined;
  /** By their connection, those that had their answer before their body was there: the rest of it may still come. */
  readonly #answeredEarly = new WeakMap<Socket, IncomingMessage>();

  get empty(): boolean {
    return this.#first === undefined;
  }

  /** Adds each request that comes, before anything behind it on its connection is read. */
  watch(server: Server): void {
    server.on('request', (_request, response) => void this.add(response));
  }

  /** Adds the answer's request, unless it is here already. */
  add(response: Known): OpenRequest {
    const known = response[OPEN_REQUEST];
    if (known !== undefined) return known;
    const open: OpenRequest = {
      response,
      reply: undefined,
      late: false,
      onGone: undefined,
      previous: this.#last,
      next: undefined,
    };
    response[OPEN_REQUEST] = open;
    (response.req.socket as Connection)[OPEN_THERE] = open;
    if (this.#last === undefined) this.#first = open;
    else this.#last.next = open;
    this.#last = open;
    response.once('close', () => this.#remove(open));
    return open;
  }

  /** The one that is open on a connection. */
  on(socket: Socket): OpenRequest | undefined {
    return (socket as Connection)[OPEN_THERE];
  }

  /** Whether what comes on a connection is the rest of a request that has its answer. */
  isAnswered(socket: Socket): boolean {
    return this.#answeredEarly.get(socket)?.complete === false;
  }

  /**
   * Calls `then` when the answer to a request has left that has come whole on a connection, or whose answer has begun: at once where
   * there is none.
   */
  afterAnswerOn(socket: Socket, then: () => void): void {
    const { response } = this.on(socket) ?? {};
    if (response?.req.complete || response?.headersSent) response.once('close', then);
    else then();
  }

  /** Calls `release` when the answer's request is no longer open: at once where that is so by now. */
  onceGone(response: Known, release: () => void): void {
    const open = response[OPEN_REQUEST];
    if (open === undefined) {
      release();
      return;
    }
    const { onGone: earlier } = open;
    open.onGone =
      earlier === undefined
        ? release
        : () => {
            earlier();
            release();
          };
  }

  *[Symbol.iterator](): Iterator<OpenRequest> {
    for (let open = this.#first; open !== undefined; ) {
      // It may leave while it is looked at.
      const { next } = open;
      yield open;
      open = next;
    }
  }

  #remove(open: OpenRequest): void {
    const { response, previous, next }: OpenRequest & { response: Known } = open;
    if (response[OPEN_REQUEST] !== open) return;
    response[OPEN_REQUEST] = undefined;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    open.previous = undefined;
    open.next = undefined;
    const connection: Connection = response.req.socket;
    if (connection[OPEN_THERE] === open) connection[OPEN_THERE] = undefined;
    if (!response.req.complete && !connection.destroyed) this.#answeredEarly.set(connection, response.req);
    open.onGone?.();
    if (open.reply !== undefined && !response.writableFinished) this.onAbort(open.reply);
    if (this.empty) this.onEmpty();
  }
}
