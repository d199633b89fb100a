/** One HTTP/1.1 answer, as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; several of one name are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What is left of the input, and the answer at its front; undefined while that is not whole yet. */
export type ReadResult = { answer: RawAnswer; rest: Buffer } | undefined;

/**
 * Reads the first answer (RFC 9112) of what a server sent, strictly: a client that forgives would hide what another one
 * chokes on. Interim answers (1xx) are skipped. `ended`: nothing more will come.
 *
 * @throws Error when it is not well-formed.
 */
export function readAnswer(input: Buffer, { head, ended }: { head: boolean; ended: boolean }): ReadResult {
  const end = input.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = input.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e]*$/.exec(statusLine)?.[1]);
  if (!status) throw new Error(`Not a status line: ${JSON.stringify(statusLine)}`);
  const after = input.subarray(end + 4);
  if (status < 200) return readAnswer(after, { head, ended });
  const headers = readHeaders(lines);
  const finish = (body: Buffer, rest: Buffer): ReadResult => ({ answer: { status, headers, body }, rest });

  if (head || status === 204 || status === 304) return finish(Buffer.alloc(0), after);
  // It goes on for as long as somebody listens: the beginning is the answer.
  if (status === 200 && headers['content-type']?.startsWith('text/event-stream')) {
    return after.includes('"type":"ready"') ? finish(after, Buffer.alloc(0)) : undefined;
  }
  if (headers['transfer-encoding'] !== undefined) {
    if (headers['transfer-encoding'] !== 'chunked')
      throw new Error(`Transfer-Encoding: ${headers['transfer-encoding']}`);
    const chunked = readChunks(after);
    return chunked && finish(chunked.body, chunked.rest);
  }
  const length = headers['content-length'];
  if (length === undefined) return ended ? finish(after, Buffer.alloc(0)) : undefined;
  if (!/^\d+$/.test(length)) throw new Error(`Content-Length: ${length}`);
  if (after.length < Number(length)) return undefined;
  return finish(after.subarray(0, Number(length)), after.subarray(Number(length)));
}

function readHeaders(lines: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not a header: ${JSON.stringify(line)}`);
    const known = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = known === undefined ? value.trimEnd() : `${known}, ${value.trimEnd()}`;
  }
  return headers;
}

function readChunks(input: Buffer): { body: Buffer; rest: Buffer } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = input.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = input.subarray(at, lineEnd).toString('latin1');
    if (!/^[\da-f]+$/i.test(size)) throw new Error(`Not a chunk size: ${JSON.stringify(size)}`);
    const from = lineEnd + 2;
    const to = from + Number.parseInt(size, 16);
    if (input.length < to + 2) return undefined;
    if (input.subarray(to, to + 2).toString('latin1') !== '\r\n') throw new Error('A chunk is longer than it says');
    if (to === from) return { body: Buffer.concat(chunks), rest: input.subarray(to + 2) };
    chunks.push(input.subarray(from, to));
    at = to + 2;
  }
}
