import { createReadStream } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { Readable } from 'node:stream';

export interface Clamd {
  /** `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`. */
  readonly url: string;
  /** For how long it may say nothing, and take nothing. */
  readonly silentMs: number;
}

const DEFAULT_PORT = 3310;
const MAX_REPLY = 4096;

/**
 * Has clamd look at a file, by its command INSTREAM: it needs no file system in common with us. Gives the name of what it has found.
 *
 * @throws Error where it is away, takes too long, or can't look at the file.
 */
export async function scanFile(path: string, { url, silentMs }: Clamd): Promise<string | undefined> {
  const socket = connect(addressOf(url));
  const frames = Readable.from(framesOf(path));
  try {
    const reply = await new Promise<string>((resolve, reject) => {
      let text = '';
      socket.setTimeout(silentMs, () => reject(new Error(`clamd has said nothing for ${silentMs} ms`)));
      socket.setEncoding('utf8').on('data', (piece) => {
        text += piece;
        if (text.includes('\0') || text.length > MAX_REPLY) resolve(text.replace(/\0.*/s, ''));
      });
      socket.once('error', reject).once('close', () => reject(new Error('clamd has closed the connection')));
      frames.once('error', reject);
      frames.pipe(socket, { end: false });
    });
    if (reply === 'stream: OK') return undefined;
    const [, found] = /^stream: (.+) FOUND$/.exec(reply) ?? [];
    if (found !== undefined) return found;
    throw new Error(`clamd: ${reply}`);
  } finally {
    socket.destroy();
    frames.destroy();
  }
}

/** Each piece with its length before it; a length of 0 is the end. */
async function* framesOf(path: string): AsyncGenerator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for await (const piece of createReadStream(path)) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    yield length;
    yield piece;
  }
  yield Buffer.alloc(4);
}

function addressOf(url: string): NetConnectOpts {
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname) };
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
}
