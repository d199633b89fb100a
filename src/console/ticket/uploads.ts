import { supportError } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { Store } from '../../browser/store.js';
import { explain } from '../api/explain.js';
import { session } from '../session/session.js';
import { t } from '../words/words.js';
import { attachToDraft, type Kind } from './drafts.js';

/** A file on its way to the server; once it is there, it belongs to its draft. */
export interface Upload {
  /** Its idempotency key. */
  id: string;
  ticketId: string;
  kind: Kind;
  file: File;
  /** From 0 to 1. */
  done: number;
  /** Why it is not on its way any more. */
  reason?: string;
}

/** Files that are chosen and not stored yet. They are this page's: no browser keeps them over a reload, so it asks before. */
class Uploads {
  readonly items = new Store<readonly Upload[]>([]);
  readonly #stops = new Map<string, AbortController>();

  constructor() {
    window.addEventListener('beforeunload', (event) => {
      if (this.items.value.some(({ reason }) => reason === undefined)) event.preventDefault();
    });
  }

  add(ticketId: string, kind: Kind, files: Iterable<File>): void {
    for (const file of files) {
      const upload: Upload = { id: randomId(), ticketId, kind, file, done: 0 };
      this.items.set([...this.items.value, upload]);
      void this.#send(upload);
    }
  }

  again({ id }: Upload): void {
    const upload = this.items.value.find((one) => one.id === id);
    if (upload === undefined) return;
    const { reason: _, ...rest } = upload;
    this.#change(id, () => ({ ...rest, done: 0 }));
    void this.#send(rest);
  }

  remove(id: string): void {
    this.#stops.get(id)?.abort();
    this.items.set(this.items.value.filter((one) => one.id !== id));
  }

  async #send({ id, ticketId, kind, file }: Upload): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(id, stop);
    try {
      const stored = await session.client.uploadFile(file, {
        idempotencyKey: id,
        signal: stop.signal,
        onProgress: ({ loaded, total }) =>
          this.#change(id, (one) => ({ ...one, done: total > 0 ? loaded / total : 0 })),
      });
      if (stop.signal.aborted) return;
      attachToDraft(ticketId, kind, stored);
      this.remove(id);
    } catch (error) {
      if (stop.signal.aborted) return;
      if (explain(error).remedy === 'sign-in') session.expire();
      this.#change(id, (one) => ({ ...one, reason: reasonOf(error) }));
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
  const known = supportError(error);
  const { details: [detail] = [], message = '', httpStatus } = known ?? {};
  const bytes = Number(/\d{4,}/.exec(message)?.[0]);
  switch (httpStatus) {
    case 413:
      return bytes > 0 ? t.files.tooLarge(bytes) : t.files.tooLargeAny;
    case 429:
      // The minute's share of requests says nothing of files.
      return /attached/.test(message) ? t.files.tooMany : bytes > 0 ? t.files.quota(bytes) : explain(error).text;
    case 503:
      return t.files.away;
    case 400:
    case 415:
    case 422:
      return `${detail?.message ?? message}.`;
    default:
      return explain(error).text;
  }
}

export const uploads = new Uploads();
