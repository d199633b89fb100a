/** What the server's streams are opened with. */
export interface EventSourceInit {
  /** Asked for at each connection: a token may have been renewed. */
  headers(): Promise<Record<string, string>>;
  fetch: typeof globalThis.fetch;
}

type Listener = (event: { data: string; lastEventId: string }) => void;

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** These say that it will not be otherwise the next time: whoever subscribed is told. */
const FINAL = new Set([400, 401, 403, 404, 405]);

/**
 * An EventSource that sends headers and tells why it was refused: those of browsers do neither, and Node has none. Comes back after
 * whatever broke the stream, later each time, and never at the same moment as all others; after a 429 or a 503 when the server says so.
 */
export class HeaderEventSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;
  readyState: number = HeaderEventSource.CONNECTING;
  readonly url: string;
  readonly #init: EventSourceInit;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #closed = new AbortController();
  #lastEventId = '';
  /** What the server has asked for, where it has. */
  #retryMs: number | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, init?: EventSourceInit) {
    if (init === undefined) throw new TypeError('Headers are needed');
    this.url = url;
    this.#init = init;
    void this.#connect();
  }

  addEventListener(type: string, listener: Listener): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  close(): void {
    this.readyState = HeaderEventSource.CLOSED;
    clearTimeout(this.#timer);
    this.#closed.abort();
  }

  async #connect(): Promise<void> {
    let retryAfterMs: number | undefined;
    try {
      const headers = await this.#init.headers();
      const { fetch } = this.#init;
      const answer = await fetch(this.url, {
        headers: {
          ...headers,
          accept: 'text/event-stream',
          ...(this.#lastEventId && { 'last-event-id': this.#lastEventId }),
        },
        signal: this.#closed.signal,
      });
      if (answer.status === 200 && answer.body !== null) await this.#read(answer.body);
      else retryAfterMs = await this.#refused(answer);
    } catch {
      // The network, or a token that could not be had: tried again.
      this.#failures += 1;
    }
    if (this.readyState === HeaderEventSource.CLOSED) return;
    this.readyState = HeaderEventSource.CONNECTING;
    this.#emit('error', '');
    this.#timer = setTimeout(() => void this.#connect(), this.#waitMs(retryAfterMs));
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    this.readyState = HeaderEventSource.OPEN;
    this.#emit('open', '');
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // It works again.
      this.#failures = 0;
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#dispatch(block);
    }
  }

  #dispatch(block: string): void {
    let type = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [, name, value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
      if (name === 'event') type = value;
      else if (name === 'data') data.push(value);
      else if (name === 'id') this.#lastEventId = value;
      else if (name === 'retry' && /^\d+$/.test(value)) this.#retryMs = Number(value);
    }
    if (data.length > 0) this.#emit(type, data.join('\n'));
  }

  /** Gives when to come back, where the server says so. */
  async #refused(answer: Response): Promise<number | undefined> {
    this.#failures += 1;
    const text = await answer.text();
    const seconds = answer.headers.get('retry-after');
    if (FINAL.has(answer.status)) {
      const shape = errorIn(text);
      if (shape !== undefined) this.#emit('serialized-error', JSON.stringify(shape));
      this.close();
      this.#emit('error', '');
    }
    return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
  }

  #waitMs(retryAfterMs: number | undefined): number {
    const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    const least = retryAfterMs ?? (this.#failures === 0 ? (this.#retryMs ?? FIRST_RETRY_MS) : backoff / 2);
    return least + Math.random() * (this.#failures === 0 ? 0 : backoff / 2);
  }

  #emit(type: string, data: string): void {
    const event = { type, data, lastEventId: this.#lastEventId };
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

/** tRPC's shape of an error, in an answer of its surface. */
function errorIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { error?: unknown }).error;
  } catch {
    return undefined;
  }
}
