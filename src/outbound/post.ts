import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { type AddressRules, withoutBrackets } from './address-rules.js';
import { BlockedAddressError, filteredLookup, type Resolve } from './filtered-lookup.js';

/** From the look-up of the name to the end of the answer. */
const TIMEOUT_MS = 15_000;
/** Of an answer, so many bytes are read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** What came of a POST. */
export interface Answer {
  /** null: there was no answer. */
  readonly status: number | null;
  /** A code for why there was none. */
  readonly error: string | null;
  /** Its beginning. */
  readonly text: string;
  /** `Retry-After`. */
  readonly retryAfter: string | undefined;
  readonly durationMs: number;
}

interface Message {
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface OutboundOptions {
  rules: AddressRules;
  timeoutMs?: number;
  resolve?: Resolve;
}

/**
 * Sends POST requests to URLs that somebody else has given: to addresses that the rules allow, following no redirects, within one time
 * limit, and reads so much of the answer.
 */
export class Outbound {
  readonly #rules: AddressRules;
  readonly #timeoutMs: number;
  readonly #resolve: Resolve | undefined;
  /** Its own: a connection that is used again was made to an address that was looked at. */
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });

  constructor({ rules, timeoutMs = TIMEOUT_MS, resolve }: OutboundOptions) {
    this.#rules = rules;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
  }

  /** Never rejects. Gives undefined when the signal was aborted before there was an answer. */
  async post(url: string, message: Message, signal: AbortSignal): Promise<Answer | undefined> {
    const started = performance.now();
    const limit = new TimeLimit(this.#timeoutMs, signal);
    try {
      let result = await this.#send(new URL(url), message, limit);
      // The receiver had closed the connection that was kept for it: it has seen nothing of this.
      if (result.isStale && !limit.isOver) result = await this.#send(new URL(url), message, limit);
      if (signal.aborted && result.status === null) return undefined;
      const { isStale: _, ...answer } = result;
      return { ...answer, durationMs: Math.round(performance.now() - started) };
    } finally {
      limit.clear();
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #send(url: URL, { headers, body }: Message, limit: TimeLimit): Promise<Result> {
    const { protocol, hostname } = url;
    const host = withoutBrackets(hostname);
    // Of these there is no look-up.
    if (isIP(host) !== 0 && !this.#rules.allows(host, protocol)) return Promise.resolve(noAnswer('BLOCKED_ADDRESS'));
    return new Promise((resolve) => {
      const send = protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, {
        method: 'POST',
        agent: protocol === 'https:' ? this.#https : this.#http,
        lookup: filteredLookup(this.#rules, protocol, this.#resolve),
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      const pieces: Buffer[] = [];
      let bytes = 0;
      let read: (() => Result) | undefined;
      // The status counts, also where the rest is cut off.
      const end = (code: string, isStale = false) => {
        resolve(read?.() ?? { ...noAnswer(code), isStale });
        request.destroy();
      };
      limit.onOver = end;
      request.on('error', (error) => end(codeOf(error), request.reusedSocket && isReset(error)));
      request.on('response', (response) => {
        const { statusCode = 0 } = response;
        read = () => ({
          status: statusCode,
          error: null,
          text: Buffer.concat(pieces).toString(),
          retryAfter: response.headers['retry-after'],
          isStale: false,
        });
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          bytes += piece.length;
          if (bytes > MAX_ANSWER_BYTES) end('CUT');
        });
        response.on('error', (error) => end(codeOf(error)));
        // The connection stays, for the next one.
        response.on('end', () => resolve(read?.() ?? noAnswer('FAILED')));
      });
      request.end(body);
    });
  }
}

type Result = Omit<Answer, 'durationMs'> & {
  /** The connection was one that had been kept, and was closed already. */
  readonly isStale: boolean;
};

/** Ends what takes too long, or what nobody wants any more. */
class TimeLimit {
  onOver: (code: string) => void = () => {};
  isOver = false;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal;
  readonly #abort = () => this.#end('ABORTED');

  constructor(ms: number, signal: AbortSignal) {
    this.#timer = setTimeout(() => this.#end('TIMEOUT'), ms);
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#abort);
  }

  #end(code: string): void {
    this.isOver = true;
    this.onOver(code);
  }
}

function noAnswer(error: string): Result {
  return { status: null, error, text: '', retryAfter: undefined, isStale: false };
}

/** A code of Node's, OpenSSL's or ours: never a text, which could hold anything. */
function codeOf(error: Error): string {
  if (error instanceof BlockedAddressError) return error.code;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : 'FAILED';
}

function isReset(error: Error): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
}
