import { once } from 'node:events';
import { connect, type TcpSocketConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RawAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
  body: any;
}

export interface RawConnection extends Disposable {
  /** Sends bytes as they are. */
  write(bytes: string | Buffer): void;
  /** Sends bytes one after another, a moment apart, for as long as the server listens. */
  drip(bytes: string): Promise<void>;
  /** The answers that are here whole, in their order. */
  answers(): RawAnswer[];
  /** Waits for so many answers. Rejects if the connection ends before. */
  receive(count: number): Promise<RawAnswer[]>;
  /** Stops reading: what the server sends piles up on its side. */
  stopReading(): void;
  readonly closed: boolean;
  /** Resolves when the connection is closed, by whomever and however. */
  readonly ended: Promise<unknown>;
}

const DRIP_INTERVAL_MS = 20;

/** A connection to write HTTP on by hand, for what no HTTP client would send. */
export async function openConnection(
  url: string,
  options: Pick<TcpSocketConnectOpts, 'localAddress'> = {},
): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ...options });
  const answers: RawAnswer[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let next = parseAnswer(rest); next !== undefined; next = parseAnswer(rest)) {
      answers.push(next.answer);
      rest = rest.subarray(next.end);
    }
  });
  // Cut off by the server: `closed` tells.
  socket.on('error', () => {});
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([once(socket, 'connect'), ended]);

  const connection: RawConnection = {
    write: (bytes) => void socket.write(bytes),
    async drip(bytes) {
      for (const byte of bytes) {
        if (socket.closed) return;
        socket.write(byte);
        await sleep(DRIP_INTERVAL_MS);
      }
    },
    answers: () => answers,
    async receive(count) {
      for (;;) {
        if (answers.length >= count) return answers;
        if (socket.closed) throw new Error(`The connection ended after ${answers.length} of ${count} answers`);
        await Promise.race([once(socket, 'data'), ended]);
      }
    },
    stopReading: () => void socket.pause(),
    get closed() {
      return socket.closed;
    },
    ended,
    [Symbol.dispose]: () => void socket.destroy(),
  };
  return connection;
}

/** The first answer in `bytes`, and where it ends. undefined: it is not here whole. */
function parseAnswer(bytes: Buffer): { answer: RawAnswer; end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const chunked = headers['transfer-encoding'] === 'chunked';
  const body = chunked
    ? readChunks(bytes, headEnd + 4)
    : readBytes(bytes, headEnd + 4, Number(headers['content-length'] ?? 0));
  if (body === undefined) return undefined;
  const { text, end } = body;
  return { answer: { status: Number(statusLine.split(' ')[1]), headers, body: text && JSON.parse(text) }, end };
}

interface Body {
  text: string;
  /** Where it ends. */
  end: number;
}

/** undefined: it is not here whole. */
function readBytes(bytes: Buffer, start: number, length: number): Body | undefined {
  const end = start + length;
  return end <= bytes.length ? { text: bytes.toString('utf8', start, end), end } : undefined;
}

function readChunks(bytes: Buffer, start: number): Body | undefined {
  let text = '';
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const chunk = readBytes(bytes, lineEnd + 2, Number.parseInt(bytes.toString('latin1', at, lineEnd), 16));
    if (chunk === undefined || chunk.end + 2 > bytes.length) return undefined;
    at = chunk.end + 2;
    if (chunk.text === '') return { text, end: at };
    text += chunk.text;
  }
}
