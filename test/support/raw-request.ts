import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { RestAnswer } from './rest-client.js';

export function connectTo(url: string, options: Partial<NetConnectOpts> = {}): Socket {
  const { hostname, port } = new URL(url);
  return connect({ ...options, host: hostname, port: Number(port) });
}

/**
 * Sends bytes as they are on a connection of its own, or on one that is given, and gives the answer to them: for what no
 * HTTP client would send. Rejects when the connection ends without a whole answer.
 */
export function rawRequest(to: string | Socket, request: string): Promise<RestAnswer> {
  const socket = typeof to === 'string' ? connectTo(to) : to;
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = parse(received);
      if (answer === undefined) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`The connection ended after: ${received.toString()}`)));
    socket.write(request);
  });
}

/** The answer once all of it is there. */
function parse(received: Buffer): RestAnswer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  const rest = received.subarray(end + 4).toString('latin1');
  const text = headers.get('transfer-encoding') === 'chunked' ? joined(rest) : whole(rest, headers);
  if (text === undefined) return undefined;
  return { status: Number(statusLine.split(' ')[1]), headers, body: text === '' ? null : JSON.parse(utf8(text)) };
}

function whole(rest: string, headers: Headers): string | undefined {
  const length = Number(headers.get('content-length') ?? 0);
  return rest.length < length ? undefined : rest.slice(0, length);
}

/** A chunked body (RFC 9112, 7.1) once its last chunk is there. */
function joined(rest: string): string | undefined {
  let text = '';
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (length === 0) return text;
    const begin = lineEnd + 2;
    if (rest.length < begin + length + 2) return undefined;
    text += rest.slice(begin, begin + length);
    at = begin + length + 2;
  }
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
