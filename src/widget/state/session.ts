import { createSupportClient, type SupportClient, supportError } from 'support-api/client';
import { Store } from '../../browser/store.js';
import type { WidgetOptions } from '../options.js';
import { explain, Pause, SignedOut, waitMs } from './explain.js';

export type SessionState =
  | { name: 'connecting' | 'signed-out' }
  /** It is tried again by itself. */
  | { name: 'unreachable'; reason: string }
  | { name: 'ready'; userId: string };

interface Token {
  readonly text: string;
  /** In milliseconds since 1970; Infinity where the token doesn't say. */
  readonly expires: number;
}

/** A token is asked for this long before the last one expires. */
const EARLY_MS = 15_000;

interface SessionParts {
  api: string;
  getToken: WidgetOptions['getToken'];
  signal: AbortSignal;
  /** The page gives the token of another user than before. */
  onOtherUser(): void;
}

/**
 * Who uses the widget: as the page says by its tokens, and the service reads them. Whose token it is gets looked at before it is used,
 * so that nothing of one user goes out as another's.
 */
export class Session {
  readonly state = new Store<SessionState>({ name: 'connecting' });
  readonly client: SupportClient;
  readonly pause: Pause;
  readonly #parts: SessionParts;
  #userId: string | undefined;
  #token: Token | undefined;
  #renewal: Promise<string> | undefined;
  #isBeginning = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.pause = new Pause(parts.signal);
    this.client = createSupportClient({ url: parts.api, token: () => this.#tokenToSend() });
    // They may have signed in to the page in another tab.
    const look = () => {
      if (document.visibilityState === 'visible' && this.state.value.name === 'signed-out') void this.begin();
    };
    document.addEventListener('visibilitychange', look, { signal: parts.signal });
  }

  /** Until the service knows the user, or the page has none. */
  async begin(): Promise<void> {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    const { signal } = this.#parts;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#tokenToSend();
        break;
      } catch (error) {
        const { text: reason, remedy } = explain(error);
        if (remedy === 'sign-in') this.#leave();
        else this.state.set({ name: 'unreachable', reason });
        if (remedy === 'sign-in') break;
        await this.pause.for(waitMs(failures, error));
      }
    }
    this.#isBeginning = false;
  }

  /** One call, and once more with a new token where the service doesn't take the one that there is. */
  async call<T>(run: (client: SupportClient) => Promise<T>): Promise<T> {
    const used = this.#token;
    try {
      try {
        return await run(this.client);
      } catch (error) {
        if (supportError(error)?.code !== 'UNAUTHORIZED') throw error;
        this.forget(used);
        return await run(this.client);
      }
    } catch (error) {
      if (explain(error).remedy === 'sign-in') this.#leave();
      throw error;
    }
  }

  /** The token is refused: unless there is another one meanwhile, the page is asked. */
  forget(token = this.#token): void {
    if (this.#token === token) this.#token = undefined;
  }

  #leave(): void {
    this.#token = undefined;
    this.state.set({ name: 'signed-out' });
  }

  #tokenToSend(): string | Promise<string> {
    if (this.#token !== undefined && this.#token.expires - EARLY_MS > Date.now()) return this.#token.text;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(): Promise<string> {
    const { api, getToken, signal, onOtherUser } = this.#parts;
    const text = await getToken();
    // A page that has begun anew has another session for what is asked now.
    if (typeof text !== 'string' || text === '' || signal.aborted) throw new SignedOut();
    if (text !== this.#token?.text || this.state.value.name !== 'ready') {
      const { userId } = await createSupportClient({ url: api, token: text }).support.account.get.query();
      if (this.#userId !== undefined && userId !== this.#userId) {
        onOtherUser();
        throw new SignedOut();
      }
      this.#userId = userId;
      this.state.set({ name: 'ready', userId });
    }
    this.#token = { text, expires: expiryOf(text) };
    return text;
  }
}

/** `exp` of a JSON Web Token: what it says is the service's to judge, so anything else is no failure. */
function expiryOf(token: string): number {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
