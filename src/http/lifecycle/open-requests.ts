import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

const OPEN_REQUEST = Symbol('open');
type Known = ServerResponse & { [OPEN_REQUEST]?: OpenRequest | undefined };

const ON_SOCKET = Symbol('first and last open');
/** Those of a connection: whoever leaves must not be looked for among all, of which there are thousands with live streams. */
type Connection = Socket & { [ON_SOCKET]?: { first: OpenRequest; last: OpenRequest } | undefined };

/** A request that has come, until its answer has ended or its connection is gone. */
export interface OpenRequest {
  readonly response: ServerResponse;
  /** From when Fastify has taken the request on. */
  reply: FastifyReply | undefined;
  /** Its time is up, whatever has come of that. */
  late: boolean;
  onGone: (() => void) | undefined;
  /** Called when its answer is the next one that leaves on its connection. */
  onFirst: (() => void) | undefined;
  previous: OpenRequest | undefined;
  next: OpenRequest | undefined;
  /** Of those on its connection. */
  previousThere: OpenRequest | undefined;
  nextThere: OpenRequest | undefined;
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
    // Of several requests that came on a connection at once, only the first one's answer learns that it is gone.
    server.on('connection', (socket) => void socket.once('close', () => this.#removeAllOn(socket)));
  }

  /** Adds the answer's request, unless it is here already. */
  add(response: Known): OpenRequest {
    const known = response[OPEN_REQUEST];
    if (known !== undefined) return known;
    const connection: Connection = response.req.socket;
    const there = connection[ON_SOCKET];
    const open: OpenRequest = {
      response,
      reply: undefined,
      late: false,
      onGone: undefined,
      onFirst: undefined,
      previous: this.#last,
      next: undefined,
      previousThere: there?.last,
      nextThere: undefined,
    };
    response[OPEN_REQUEST] = open;
    if (there === undefined) connection[ON_SOCKET] = { first: open, last: open };
    else {
      there.last.nextThere = open;
      there.last = open;
    }
    if (this.#last === undefined) this.#first = open;
    else this.#last.next = open;
    this.#last = open;
    response.once('close', () => this.#remove(open));
    return open;
  }

  /** The answer that is sent, or comes next, on a connection. */
  firstOn(socket: Socket): ServerResponse | undefined {
    return (socket as Connection)[ON_SOCKET]?.first.response;
  }

  /** Whether what comes on a connection is the rest of a request that has its answer. */
  isAnswered(socket: Socket): boolean {
    return this.#answeredEarly.get(socket)?.complete === false;
  }

  /**
   * Calls `then` once every request that has come whole on a connection has its answer, and every answer that has begun is sent:
   * at once where there is none. Not at all if the connection is gone before.
   */
  afterAnswersOn(socket: Socket, then: () => void): void {
    const earlier = [...openOn(socket)].filter(({ response: { req, headersSent } }) => req.complete || headersSent);
    if (earlier.length === 0) {
      then();
      return;
    }
    // Looked at anew: one that was on its way may have come whole meanwhile.
    const last = earlier.at(-1)?.response;
    last?.once('close', () => this.afterAnswersOn(socket, then));
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

  /** Resolves when the answer is the one that is sent, or comes next, on its connection, or its request is no longer open. */
  async untilFirst(response: Known): Promise<void> {
    const open = response[OPEN_REQUEST];
    if (open?.previousThere === undefined) return;
    await new Promise<void>((resolve) => {
      open.onFirst = resolve;
    });
  }

  *[Symbol.iterator](): Iterator<OpenRequest> {
    for (let open = this.#first; open !== undefined; ) {
      // It may leave while it is looked at.
      const { next } = open;
      yield open;
      open = next;
    }
  }

  #removeAllOn(socket: Socket): void {
    for (const open of openOn(socket)) this.#remove(open);
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
    removeFromConnection(open);
    if (!response.req.complete && !response.req.socket.destroyed) {
      this.#answeredEarly.set(response.req.socket, response.req);
    }
    open.onGone?.();
    open.onFirst?.();
    if (open.reply !== undefined && !response.writableFinished) this.onAbort(open.reply);
    if (this.empty) this.onEmpty();
  }
}

function* openOn(socket: Connection): Iterable<OpenRequest> {
  for (let open = socket[ON_SOCKET]?.first; open !== undefined; ) {
    // It may leave while it is looked at.
    const { nextThere } = open;
    yield open;
    open = nextThere;
  }
}

function removeFromConnection(open: OpenRequest): void {
  const { previousThere, nextThere } = open;
  const connection: Connection = open.response.req.socket;
  const there = connection[ON_SOCKET];
  if (there === undefined) return;
  if (previousThere !== undefined) previousThere.nextThere = nextThere;
  if (nextThere !== undefined) nextThere.previousThere = previousThere;
  const first = previousThere === undefined ? nextThere : there.first;
  const last = nextThere === undefined ? previousThere : there.last;
  if (first === undefined || last === undefined) connection[ON_SOCKET] = undefined;
  else {
    there.first = first;
    there.last = last;
    if (previousThere === undefined) first.onFirst?.();
  }
  open.previousThere = undefined;
  open.nextThere = undefined;
}
