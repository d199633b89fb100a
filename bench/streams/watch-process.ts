import { Agent, type IncomingMessage, request } from 'node:http';

// Holds the streams of the benchmark, in a process of its own.

export interface Watch {
  path: string;
  token: string;
}

export type ToWatchers = { open: { url: string; watches: Watch[] } } | { cut: number } | 'take' | 'close';

/** `ms`: until the last stream had its `ready`. */
export interface Opened {
  open: number;
  refused: number;
  ms: number;
}

export interface Taken {
  /** From the time of each event to its arrival. */
  lags: number[];
}

/** How many connect at one moment where they need not all. */
const AT_ONCE = 50;

class Stream {
  readonly #url: string;
  readonly #watch: Watch;
  #lastId = '';
  #answer: IncomingMessage | undefined;

  constructor(url: string, watch: Watch) {
    this.#url = url;
    this.#watch = watch;
  }

  /** Resolves with whether it has begun. */
  open(): Promise<boolean> {
    return new Promise((resolve) => {
      const headers = {
        authorization: `Bearer ${this.#watch.token}`,
        ...(this.#lastId !== '' && { 'last-event-id': this.#lastId }),
      };
      const sent = request(this.#url + this.#watch.path, { headers, agent }, (answer) => {
        this.#answer = answer;
        if (answer.statusCode !== 200) {
          answer.resume();
          resolve(false);
          return;
        }
        let text = '';
        answer.on('error', () => {});
        answer.on('data', (chunk: Buffer) => {
          const blocks = (text + chunk).split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) if (this.#take(block)) resolve(true);
        });
      });
      sent.on('error', () => resolve(false));
      sent.end();
    });
  }

  close(): void {
    this.#answer?.destroy();
  }

  /** Whether it is the first thing that a stream says. */
  #take(block: string): boolean {
    const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(block) ?? [];
    if (id === undefined || data === undefined) return false;
    this.#lastId = id;
    const { type, timestamp } = JSON.parse(data) as { type: string; timestamp?: string };
    if (type === 'ready') return true;
    // A customer's events have their time in the id.
    const at = timestamp ?? (JSON.parse(Buffer.from(id, 'base64url').toString()) as string[])[1] ?? '';
    lags.push(Date.now() - Date.parse(at));
    return false;
  }
}

const agent = new Agent({ keepAlive: false });
let streams: Stream[] = [];
let lags: number[] = [];

async function openAll(some: readonly Stream[], atOnce: number): Promise<Opened> {
  const since = performance.now();
  let refused = 0;
  for (let from = 0; from < some.length; from += atOnce) {
    const begun = await Promise.all(some.slice(from, from + atOnce).map((stream) => stream.open()));
    refused += begun.filter((one) => !one).length;
  }
  return { open: some.length - refused, refused, ms: performance.now() - since };
}

process.on('message', async (message: ToWatchers) => {
  if (message === 'take') {
    process.send?.({ lags } satisfies Taken);
    lags = [];
  } else if (message === 'close') {
    for (const stream of streams) stream.close();
    streams = [];
    process.send?.({});
  } else if ('open' in message) {
    const { url, watches } = message.open;
    streams = watches.map((watch) => new Stream(url, watch));
    process.send?.(await openAll(streams, AT_ONCE));
  } else {
    const some = streams.slice(0, message.cut);
    for (const stream of some) stream.close();
    process.send?.(await openAll(some, some.length));
  }
});
process.once('disconnect', () => process.exit(0));
