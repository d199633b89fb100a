import { supportError } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { Store } from '../../browser/store.js';
import { formatNumber, t } from '../words/words.js';
import type { Drafts, Place } from './drafts.js';
import { explain } from './explain.js';
import type { Session } from './session.js';

/** A file on its way to the server; once it is there, it belongs to its draft. */
export interface Upload {
  /** Its idempotency key. */
  id: string;
  place: Place;
  file: File;
  /** From 0 to 1. */
  done: number;
  /** Why it is not on its way any more. */
  reason?: string;
}

/** Most files of a request or message. */
export const MAX_FILES = 20;

/** Files that are chosen and not stored yet. They are this page's: no browser keeps them over a reload, so it asks before. */
export class Uploads {
  readonly items = new Store<readonly Upload[]>([]);
  readonly #session: Session;
  readonly #drafts: Drafts;
  readonly #stops = new Map<string, AbortController>();

  constructor(session: Session, drafts: Drafts, signal: AbortSignal) {
    this.#session = session;
    this.#drafts = drafts;
    const ask = (event: BeforeUnloadEvent) => {
      if (this.items.value.some(({ reason }) => reason === undefined)) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask, { signal });
    signal.addEventListener('abort', () => {
      for (const stop of this.#stops.values()) stop.abort();
    });
  }

  add(place: Place, files: Iterable<File>): void {
    for (const file of files) {
      const upload: Upload = { id: randomId(), place, file, done: 0 };
      const others = this.items.value.filter((one) => one.place === place);
      const isFull = others.length + this.#drafts.get(place).files.length >= MAX_FILES;
      this.items.set([...this.items.value, isFull ? { ...upload, reason: t.files.full } : upload]);
      if (!isFull) void this.#send(upload);
    }
  }

  again({ reason: _, ...upload }: Upload): void {
    this.#change(upload.id, () => ({ ...upload, done: 0 }));
    void this.#send(upload);
  }

  remove(id: string): void {
    this.#stops.get(id)?.abort();
    this.items.set(this.items.value.filter((one) => one.id !== id));
  }

  async #send({ id, place, file }: Upload): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(id, stop);
    try {
      const stored = await this.#session.call((client) =>
        client.uploadFile(file, {
          idempotencyKey: id,
          signal: stop.signal,
          onProgress: ({ loaded, total }) =>
            this.#change(id, (one) => ({ ...one, done: total > 0 ? loaded / total : 0 })),
        }),
      );
      if (stop.signal.aborted) return;
      this.#drafts.change(place, { files: [...this.#drafts.get(place).files, stored] });
      this.remove(id);
    } catch (error) {
      if (!stop.signal.aborted) this.#change(id, (one) => ({ ...one, reason: reasonOf(error) }));
    } finally {
      this.#stops.delete(id);
    }
  }

  #change(id: string, change: (upload: Upload) => Upload): void {
    this.items.set(this.items.value.map((one) => (one.id === id ? change(one) : one)));
  }
}

/** Why a file was not taken, in people's words. */
function reasonOf(error: unknown): string {
  const { code, message = '', httpStatus } = supportError(error) ?? {};
  const bytes = Number(/\d{4,}/.exec(message)?.[0]);
  const megabytes = formatNumber(bytes / 1_000_000, 1);
  switch (httpStatus) {
    case 413:
      return bytes > 0 ? t.files.tooLarge(megabytes) : t.files.tooLargeAny;
    case 429:
      // The minute's share of requests says nothing of files.
      return /attached/.test(message) ? t.files.tooMany : bytes > 0 ? t.files.quota(megabytes) : explain(error).text;
    case 503:
      return t.files.away;
    case 415:
      return t.files.wrongType;
    case 400:
    case 422:
      return code === 'FILE_INFECTED' ? t.files.infected : t.files.wrong;
    default:
      return explain(error).text;
  }
}
