import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

const EXCHANGE = Symbol('exchange');
type Known = ServerResponse & { [EXCHANGE]?: Exchange | undefined };

/** A request that has come, until its answer has ended or its connection is gone. */
export interface Exchange {
  readonly response: ServerResponse;
  /** From when Fastify has taken the request on. */
  reply: FastifyReply | undefined;
  /** Its time is up, whatever has come of that. */
  late: boolean;
  previous: Exchange | undefined;
  next: Exchange | undefined;
}

/**
 * The requests that have no whole answer yet, oldest first.
 *
 * A list of links, which are cut when one leaves. A Map or a Set leaves tables behind that it has outgrown, with what stood
 * in them, for the garbage collector's next round over old objects: with requests in them, each request with all that hangs
 * on it was copied twice, and kept for seconds (docs/performance.md).
 */
export class Unanswered implements Iterable<Exchange> {
  /** Called whenever the last one has left. */
  onEmpty: () => void = () => {};
  #first: Exchange | undefined;
  #last: Exchange | undefined;

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
  add(response: Known): Exchange {
    const known = response[EXCHANGE];
    if (known !== undefined) return known;
    const exchange = { response, reply: undefined, late: false, previous: this.#last, next: undefined };
    response[EXCHANGE] = exchange;
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    response.once('close', () => this.#remove(exchange));
    return exchange;
  }

  *[Symbol.iterator](): Iterator<Exchange> {
    for (let exchange = this.#first; exchange !== undefined; ) {
      // It may leave while it is looked at.
      const { next } = exchange;
      yield exchange;
      exchange = next;
    }
  }

  #removeAllOn(socket: Socket): void {
    for (const exchange of this) if (exchange.response.req.socket === socket) this.#remove(exchange);
  }

  #remove(exchange: Exchange): void {
    const { response, previous, next }: Exchange & { response: Known } = exchange;
    if (response[EXCHANGE] !== exchange) return;
    response[EXCHANGE] = undefined;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    exchange.previous = undefined;
    exchange.next = undefined;
    if (this.empty) this.onEmpty();
  }
}
