import { connect, type Socket } from 'node:net';
import { type RawAnswer, readAnswer } from './answer-reader.js';

/** A server that takes longer than this hangs. */
const HANG_MS = 30_000;

/** A plain TCP connection: sends the very bytes that it is given, and repairs nothing. */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#failure = error;
    });
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  send(bytes: Buffer): void {
    if (!this.#socket.writableEnded && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Says that nothing more will be sent. */
  finish(): void {
    this.#socket.end();
  }

  /**
   * The next answer; undefined when the server has closed the connection without one.
   *
   * @throws Error when it hangs, or when what it sent is not well-formed or not whole.
   */
  async read({ head = false } = {}): Promise<RawAnswer | undefined> {
    for (;;) {
      const result = readAnswer(this.#received, { head, ended: this.#ended });
      if (result !== undefined) {
        this.#received = result.rest;
        return result.answer;
      }
      if (this.#ended) {
        if (this.#received.length === 0) return undefined;
        throw new Error(`The answer breaks off: ${JSON.stringify(this.#received.toString('latin1').slice(0, 500))}`);
      }
      await this.#more();
    }
  }

  /** Why the connection broke, if it did not end in good order. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** @throws Error when the server does not end the connection. */
  async ended(): Promise<void> {
    while (!this.#ended) await this.#more();
  }

  close(): void {
    this.#socket.destroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`Nothing happens for ${HANG_MS} ms: it hangs`)), HANG_MS);
      this.#wake = () => {
        clearTimeout(limit);
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}
