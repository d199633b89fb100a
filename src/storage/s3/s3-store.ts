import type { Readable } from 'node:stream';
import { isFileId } from '../../schema/ids.js';
import { contentDisposition } from '../content-disposition.js';
import type { ByteRange, FileStore, ReceivedFile, StoreLink } from '../file-store.js';
import { isShownInline } from '../file-types.js';
import { orAway } from '../store-away.js';
import { S3Client, type S3Options } from './s3-client.js';

interface StoreOptions extends S3Options {
  /** A folder of this machine, for what is being received. */
  readonly incoming: string;
  /** What keys begin with; '' for nothing. */
  readonly prefix: string;
  /** Whether readers are sent to the bucket itself. */
  readonly presigned: boolean;
  /** Whether what may or may not have come is left there: for whoever tries it again, under the same id. */
  readonly leavesUnsure?: boolean;
}

/**
 * Files in a bucket of S3, or of what speaks it, that all instances share. A file is sent in one request, whose length and SHA-256 S3
 * compares with what has come: it is there whole, or not at all.
 */
export class S3Store implements FileStore {
  readonly incoming: string;
  readonly isLocal = false;
  readonly linkTo: FileStore['linkTo'];
  readonly #client: S3Client;
  readonly #prefix: string;
  readonly #leavesUnsure: boolean;

  constructor({ incoming, prefix, presigned, leavesUnsure = false, ...options }: StoreOptions) {
    this.incoming = incoming;
    this.#prefix = prefix;
    this.#leavesUnsure = leavesUnsure;
    this.#client = new S3Client(options);
    if (presigned) this.linkTo = (link) => this.#presign(link);
  }

  async put(fileId: string, { path, size, type, sha256 }: ReceivedFile): Promise<void> {
    const headers = {
      'content-length': String(size),
      'content-type': type,
      // Whoever makes the bucket public by mistake has no page of it.
      'content-disposition': 'attachment',
      'x-amz-content-sha256': sha256,
    };
    await orAway(async () => {
      try {
        const answer = await this.#client.send({ method: 'PUT', key: this.#key(fileId), headers, body: path });
        if (answer === undefined) throw new Error('S3 has not taken a file');
        answer.resume();
      } catch (error) {
        // It may have come, and only the answer has not. Nobody waits for what is likely to fail as well.
        if (!this.#leavesUnsure) void this.remove(fileId).catch(() => {});
        throw error;
      }
    });
  }

  async read(fileId: string, range?: ByteRange): Promise<Readable | undefined> {
    const headers = range && { range: `bytes=${range.start}-${range.end}` };
    return orAway(async () => {
      const answer = await this.#client.send({ method: 'GET', key: this.#key(fileId), ...(headers && { headers }) });
      if (answer === undefined) return undefined;
      const length = Number(answer.headers['content-length']);
      if (range === undefined || length === range.end - range.start + 1) return answer;
      answer.destroy();
      throw new Error(`S3 has sent ${length} bytes for ${headers?.range}`);
    });
  }

  async remove(fileId: string): Promise<void> {
    await orAway(async () => (await this.#client.send({ method: 'DELETE', key: this.#key(fileId) }))?.resume());
  }

  async *list(): AsyncIterable<readonly string[]> {
    const query = { 'list-type': '2', prefix: `${this.#prefix}file_` };
    for (let next: string | undefined = ''; next !== undefined; ) {
      const token: string = next;
      const page = await orAway(() => this.#text({ ...query, ...(token && { 'continuation-token': token }) }));
      const keys = [...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key.slice(this.#prefix.length));
      yield keys.filter(isFileId);
      next = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
  }

  async #presign({ fileId, name, type, from, seconds }: StoreLink): Promise<string> {
    const query = {
      'response-content-type': type,
      'response-content-disposition': contentDisposition(isShownInline(type) ? 'inline' : 'attachment', name),
      'response-cache-control': `private, max-age=${seconds}`,
    };
    return this.#client.presign(this.#key(fileId), query, from, seconds);
  }

  async #text(query: Record<string, string>): Promise<string> {
    const answer = await this.#client.send({ method: 'GET', query });
    if (answer === undefined) throw new Error('S3 has no list');
    let text = '';
    for await (const piece of answer.setEncoding('utf8')) text += piece;
    return text;
  }

  #key(fileId: string): string {
    if (!isFileId(fileId)) throw new TypeError('Not the id of a file');
    return `${this.#prefix}${fileId}`;
  }
}
