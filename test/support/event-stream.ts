/** One server-sent event, as an EventSource would see it; a comment has `comment` alone. */
export interface ServerSentEvent {
  id?: string;
  event?: string;
  retry?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
  data?: any;
  comment?: string;
}

export interface OpenStream extends AsyncDisposable {
  readonly status: number;
  readonly headers: Headers;
  /** All of an answer that is no stream. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly body?: any;
  /** All that came so far, to the letter. */
  readonly text: string;
  /** The next thing that comes; undefined at the end, however it ends. */
  next(): Promise<ServerSentEvent | undefined>;
  /** The next value; what tells of the stream itself is left out. */
  value(): Promise<ServerSentEvent | undefined>;
  /** As many values as were asked for. */
  values(count: number): Promise<ServerSentEvent[]>;
  /** Resolves with what came before the end, when the end has come. */
  rest(): Promise<ServerSentEvent[]>;
  close(): Promise<void>;
}

interface StreamOptions {
  headers?: Record<string, string>;
}

/** Opens a stream, and reads of it what is asked for. Close it. */
export async function openStream(
  url: string,
  token: string | undefined,
  { headers = {} }: StreamOptions = {},
): Promise<OpenStream> {
  const left = new AbortController();
  const answer = await fetch(url, {
    headers: { accept: 'text/event-stream', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    signal: left.signal,
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const body = isStream ? undefined : await answer.json();
  const reader = isStream ? answer.body?.getReader() : undefined;
  const decoder = new TextDecoder();
  let text = '';
  let read = 0;

  const more = async (): Promise<boolean> => {
    try {
      const step = await reader?.read();
      if (step?.done !== false) return false;
      text += decoder.decode(step.value, { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  const next = async (): Promise<ServerSentEvent | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n', read);
      if (end >= 0) {
        const block = text.slice(read, end);
        read = end + 2;
        return parse(block);
      }
      if (!(await more())) return undefined;
    }
  };
  const value = async (): Promise<ServerSentEvent | undefined> => {
    for (let event = await next(); event !== undefined; event = await next()) {
      if (event.data !== undefined && event.event === undefined) return event;
    }
    return undefined;
  };
  const close = async () => {
    left.abort();
    await reader?.cancel().catch(() => {});
  };
  return {
    status: answer.status,
    headers: answer.headers,
    body,
    get text() {
      return text;
    },
    next,
    value,
    async values(count) {
      const values: ServerSentEvent[] = [];
      while (values.length < count) {
        const one = await value();
        if (one === undefined) {
          const came = body === undefined ? text : JSON.stringify(body);
          throw new Error(`${answer.status}, and ${values.length} of ${count} values: ${came}`);
        }
        values.push(one);
      }
      return values;
    },
    async rest() {
      const events: ServerSentEvent[] = [];
      for (let event = await next(); event !== undefined; event = await next()) events.push(event);
      return events;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function parse(block: string): ServerSentEvent {
  const event: ServerSentEvent = {};
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (name === '') event.comment = value;
    else if (name === 'data') event.data = value === '' ? '' : JSON.parse(value);
    else event[name as 'id' | 'event' | 'retry'] = value;
  }
  return event;
}

/** How a surface names its streams. */
export interface StreamSurface {
  desk(after?: string): string;
  /** The desk's, with who is at which ticket. */
  presence(after?: string): string;
  support(after?: string): string;
}

const trpcPath = (name: string, after?: string, more = {}) => {
  const input = { ...more, ...(after !== undefined && { lastEventId: after }) };
  return `/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`;
};
const restPath = (path: string, after?: string, more = {}) =>
  `${path}?${new URLSearchParams({ ...more, ...(after !== undefined && { after }) })}`;

/** For `describe.each(STREAMS)`. */
export const STREAMS: [name: 'REST' | 'tRPC', surface: StreamSurface][] = [
  [
    'REST',
    {
      desk: (after) => restPath('/desk/events/stream', after),
      presence: (after) => restPath('/desk/events/stream', after, { presence: 'true' }),
      support: (after) => restPath('/support/events/stream', after),
    },
  ],
  [
    'tRPC',
    {
      desk: (after) => trpcPath('desk.events.watch', after),
      presence: (after) => trpcPath('desk.events.watch', after, { presence: true }),
      support: (after) => trpcPath('support.tickets.watch', after),
    },
  ],
];
