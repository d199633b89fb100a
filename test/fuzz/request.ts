import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** How a body's text becomes bytes. */
export const ENCODINGS = ['utf8', 'utf8-bom', 'utf8-broken', 'utf16le', 'latin1', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

interface Parts {
  method: string;
  /** As it stands in the request line. */
  target: string;
  /** As they are sent, in this order; of framing alone is taken care. */
  headers: readonly (readonly [name: string, value: string])[];
  body?: { text: string; encoding: Encoding } | undefined;
  chunked?: boolean | undefined;
}

/** One well-formed HTTP/1.1 request with whatever content. Has the words of the World in it. */
export class FuzzRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Parts['headers'];
  readonly body: Parts['body'];
  readonly chunked: boolean;

  constructor({ method, target, headers, body, chunked = false }: Parts) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.body = body;
    this.chunked = chunked;
  }

  /** The path in the target, without the form with a scheme and host in front. */
  get path(): string {
    return this.target.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/s, '');
  }

  get query(): string {
    return /\?([^#]*)/.exec(this.target)?.[1] ?? '';
  }

  /** The header's value if it is there once. */
  header(name: string): string | undefined {
    const values = this.headers.filter(([sent]) => sent.toLowerCase() === name);
    return values.length === 1 ? values[0]?.[1] : undefined;
  }

  /** As a server reads it that takes all bytes for UTF-8: words put in in target and body. Tokens stay words. */
  filled(fill: (text: string) => string): FuzzRequest {
    const body = this.body && {
      ...this.body,
      text: encode(fill(this.body.text), this.body.encoding)
        .toString()
        .replace(/^\ufeff/, ''),
    };
    return new FuzzRequest({ ...this, target: fill(this.target), body });
  }

  toBytes(fill: (text: string) => string): Buffer {
    const lines = [`${this.method} ${fill(this.target)} HTTP/1.1`];
    for (const [name, value] of this.headers) lines.push(`${name}: ${fill(value)}`);
    const body = this.body && encode(fill(this.body.text), this.body.encoding);
    if (body !== undefined) lines.push(this.chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`);
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    if (body === undefined) return head;
    return Buffer.concat([head, this.chunked ? inChunks(body) : body]);
  }

  [fc.toStringMethod](): string {
    const lines = [
      `${this.method} ${short(this.target)}`,
      ...this.headers.map(([name, value]) => `${name}: ${short(value)}`),
    ];
    if (this.body) lines.push(`(${this.body.encoding}${this.chunked ? ', chunked' : ''}) ${short(this.body.text)}`);
    return `\n    ${lines.join('\n    ')}\n  `;
  }
}

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'gzip') return gzipSync(text);
  if (encoding === 'utf8-bom') return Buffer.from(`\ufeff${text}`);
  if (encoding === 'utf8-broken') return Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28])]);
  return Buffer.from(text, encoding);
}

function inChunks(body: Buffer): Buffer {
  const half = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, half), body.subarray(half)].filter((part) => part.length > 0);
  const chunks = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
}

/** A text as one line that somebody can read. */
export function short(text: string): string {
  const plain = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return plain.length <= 400 ? plain : `${plain.slice(0, 300)}… (${text.length} characters)`;
}
