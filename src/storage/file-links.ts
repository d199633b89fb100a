import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '../db/database.js';
import type { Clock } from '../schema/clock.js';
import type { FileStore } from './file-store.js';
import { signingKey } from './signing-key.js';

/** For how long a link is good at least. */
const LINK_SECONDS = 300;
/** Within so many seconds it is the same link, which a browser that has the file asks nobody for. */
const SAME_SECONDS = 60;

interface Parts {
  db: Database;
  store: Pick<FileStore, 'linkTo'>;
  clock: Clock;
  /** What stands before our paths for those who read: an address, or the path that a proxy takes off. */
  base: string;
}

/**
 * Links to the bytes of files: whoever has one may read the file until it ends, as a page's `<img>` sends no token. Signed, so
 * that nobody can make one for another file or a longer time. They lead to us, or to the store where it has links of its own.
 */
export class FileLinks {
  readonly #parts: Parts;
  #key: Promise<Buffer> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async to(file: { fileId: string; name: string; type: string }): Promise<{ url: string; expiresAt: Date }> {
    const { clock, base, store } = this.#parts;
    const from = Math.floor(clock.now().getTime() / 1000 / SAME_SECONDS) * SAME_SECONDS;
    const seconds = SAME_SECONDS + LINK_SECONDS;
    const expires = from + seconds;
    const expiresAt = new Date(expires * 1000);
    const { fileId, name, type } = file;
    const own = await store.linkTo?.({ fileId, name, type, from: new Date(from * 1000), seconds });
    if (own !== undefined) return { url: own, expiresAt };
    const query = new URLSearchParams({ expires: String(expires), signature: await this.#signature(fileId, expires) });
    return { url: `${base}/support/files/${fileId}/content?${query}`, expiresAt };
  }

  /** Whether we have made a link with these parts, and it is still good. */
  async isGood(fileId: string, { expires, signature }: { expires?: unknown; signature?: unknown }): Promise<boolean> {
    if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires)) return false;
    const expected = Buffer.from(await this.#signature(fileId, Number(expires)));
    const sent = Buffer.from(signature);
    if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) return false;
    return Number(expires) * 1000 > this.#parts.clock.now().getTime();
  }

  async #signature(fileId: string, expires: number): Promise<string> {
    return createHmac('sha256', await this.#signingKey())
      .update(`${fileId}\n${expires}`)
      .digest('base64url');
  }

  #signingKey(): Promise<Buffer> {
    const { db, clock } = this.#parts;
    this.#key ??= signingKey(db, clock).catch((error) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }
}
