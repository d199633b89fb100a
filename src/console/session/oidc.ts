import { Store } from '../../browser/store.js';
import type { Issuer } from './issuer.js';
import { type OidcSettings, STATE_PREFIX } from './oidc-settings.js';
import { SignInError } from './sign-in-error.js';
import { keptTokens, type Tokens } from './tokens.js';

const CALLBACK = new URL('callback', document.baseURI);
const SIGNED_OUT = new URL('signed-out', document.baseURI);

/** Where somebody was who is sent to the issuer. */
const PLACE = 'support-console.place';

/** Tokens are renewed this long before they expire, or after two thirds of a short life. */
const RENEW_BEFORE_MS = 60_000;
const RETRY_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A tab that is reloaded lets go of its tokens within this time. */
const OWNED_MS = 500;
/** Another tab answers at once. */
const TAKEN_MS = 2000;

/** What the tabs of this browser tell one another. */
type Told = { answer: string; state: string } | { taken: string } | { signedOut: true };

interface Events {
  /** By coming back from the issuer, or at once in a tab that was signed in. */
  onSignedIn(): void;
  /** Another window has brought an answer to this one: the token is to be tried. */
  onAnswered(token: string): Promise<void>;
  /** Nobody signed in, and nothing under way; for what reason stands in `fault`. */
  onSignedOut(): void;
  /** The sign-in is over, and what is on the screen stays. */
  onEnded(): void;
}

/** Signing in at the issuer, and out; tokens that are renewed before they expire. */
export class Oidc {
  /** Why the last try did not succeed. */
  readonly fault = new Store<SignInError | undefined>(undefined);
  /** Somebody has just signed out here. */
  readonly hasLeft = location.pathname === SIGNED_OUT.pathname;
  readonly #settings: OidcSettings;
  readonly #events: Events;
  readonly #tabs = new BroadcastChannel('support-console.sign-in');
  #issuer: Promise<Issuer> | undefined;
  #tokens: Tokens | undefined;
  #renewing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onTaken: ((state: string) => void) | undefined;

  constructor(settings: OidcSettings, events: Events) {
    this.#settings = settings;
    this.#events = events;
    this.#tabs.onmessage = ({ data }: MessageEvent<Told>) => void this.#hear(data);
    // Back from the issuer's page without an answer, by the browser's own button.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted && this.#tokens === undefined) events.onSignedOut();
    });
  }

  /** What this page was opened for: to bring an answer, to say goodbye, to work. */
  async start(): Promise<void> {
    if (location.pathname === CALLBACK.pathname) await this.#bringAnswer(location.href);
    else if (this.hasLeft) this.#events.onSignedOut();
    else if (await this.#takeKept()) this.#events.onSignedIn();
    else await this.signIn('replace');
  }

  /** A good one, renewed if need be; the old one, which the service refuses, where the sign-in is over. */
  async token(): Promise<string> {
    const { expiresAt = Number.POSITIVE_INFINITY } = this.#tokens ?? {};
    if (Date.now() >= expiresAt) await this.#renew();
    return this.#tokens?.[this.#settings.token] ?? '';
  }

  /** Leaves for the issuer's page, and comes back to where one is. */
  async signIn(how: 'assign' | 'replace' = 'assign'): Promise<void> {
    this.fault.set(undefined);
    try {
      await this.#leave(how);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #leave(how: 'assign' | 'replace'): Promise<void> {
    const address = await (await this.#load()).signInAddress();
    sessionStorage.setItem(PLACE, placeOf(location));
    location[how](address);
  }

  /**
   * Signs in in a window of its own, so that this page stays as it is. Where the browser opens none, this page leaves: what was typed is kept.
   */
  async signInAgain(): Promise<void> {
    // At the click itself: later, browsers take it for an advertisement.
    const popup = window.open('', 'support-console-sign-in', 'popup,width=520,height=720');
    this.fault.set(undefined);
    try {
      if (popup === null) await this.#leave('assign');
      else popup.location.replace(await (await this.#load()).signInAddress());
    } catch (error) {
      popup?.close();
      this.fault.set(asFault(error));
    }
  }

  /** Here, in the other tabs, and at the issuer where it has a place for that. */
  async signOut(): Promise<void> {
    const tokens = this.#forget();
    this.#tell({ signedOut: true });
    const address = tokens && (await (await this.#load()).signOutAddress(tokens).catch(() => undefined));
    location.replace(address ?? SIGNED_OUT.href);
  }

  /** The page is where it was before: with what its address said then, and without the answer. */
  async #bringAnswer(answer: string): Promise<void> {
    const state = new URL(answer).searchParams.get('state')?.split(';')[0] ?? '';
    if (sessionStorage.getItem(STATE_PREFIX + state) === null) return this.#handOver(answer, state);
    history.replaceState(null, '', sessionStorage.getItem(PLACE) ?? document.baseURI);
    sessionStorage.removeItem(PLACE);
    try {
      const tokens = await (await this.#load()).redeem(answer);
      void own(tokens.id);
      this.#take(tokens);
      this.#events.onSignedIn();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** To the tab that has asked for it: this is the window that it has opened, or one of a link in an e-mail. */
  async #handOver(answer: string, state: string): Promise<void> {
    history.replaceState(null, '', document.baseURI);
    const isTaken = await new Promise<boolean>((resolve) => {
      this.#onTaken = (taken) => taken === state && resolve(true);
      setTimeout(() => resolve(false), TAKEN_MS);
      this.#tell({ answer, state });
    });
    if (isTaken) window.close();
    this.#fail(new SignInError(isTaken ? 'elsewhere' : 'stale'));
  }

  async #hear(told: Told): Promise<void> {
    if ('signedOut' in told) {
      if (this.#forget() !== undefined) this.#events.onSignedOut();
    } else if ('taken' in told) {
      this.#onTaken?.(told.taken);
    } else if (sessionStorage.getItem(STATE_PREFIX + told.state) !== null) {
      this.#tell({ taken: told.state });
      try {
        const tokens = await (await this.#load()).redeem(told.answer);
        await this.#events.onAnswered(tokens[this.#settings.token] ?? '');
        void own(tokens.id);
        this.#take(tokens);
        this.#events.onSignedIn();
      } catch (error) {
        this.fault.set(asFault(error));
      }
    }
  }

  #tell(told: Told): void {
    this.#tabs.postMessage(told);
  }

  #load(): Promise<Issuer> {
    this.#issuer ??= import('./issuer.js').then(
      ({ Issuer }) => new Issuer(this.#settings, { callback: CALLBACK.href, signedOut: SIGNED_OUT.href }),
      (error: unknown) => {
        // The next try fetches it again.
        this.#issuer = undefined;
        throw error;
      },
    );
    return this.#issuer;
  }

  #fail(error: unknown): void {
    this.fault.set(asFault(error));
    this.#events.onSignedOut();
  }

  /** What this tab had before it was reloaded. A duplicate of another tab has its tokens, of which issuers take the second use for theft. */
  async #takeKept(): Promise<boolean> {
    const tokens = keptTokens.read();
    if (tokens === undefined) return false;
    if (await own(tokens.id)) {
      this.#take(tokens);
      return true;
    }
    keptTokens.forget();
    return false;
  }

  #take(tokens: Tokens): void {
    this.#tokens = tokens;
    keptTokens.write(tokens);
    this.#schedule();
  }

  #forget(): Tokens | undefined {
    const tokens = this.#tokens;
    this.#tokens = undefined;
    keptTokens.forget();
    clearTimeout(this.#timer);
    return tokens;
  }

  #schedule(waitMs?: number): void {
    clearTimeout(this.#timer);
    const { expiresAt, refresh_token } = this.#tokens ?? {};
    if (expiresAt === undefined || refresh_token === undefined) return;
    const life = expiresAt - Date.now();
    const wait = waitMs ?? Math.max(0, life - Math.min(RENEW_BEFORE_MS, life / 3));
    this.#timer = setTimeout(() => void this.#renew().catch(() => {}), Math.min(wait, LONGEST_TIMER_MS));
  }

  /** Once for all who ask at the same time. Rejects where the issuer can't be reached, which is tried again. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewNow(): Promise<void> {
    const tokens = this.#tokens;
    if (tokens === undefined) return;
    try {
      const renewed = await (await this.#load()).renew(tokens);
      if (this.#tokens === tokens) this.#take(renewed);
    } catch (error) {
      const fault = asFault(error);
      if (this.#tokens !== tokens) return;
      if (fault.fault === 'unreachable') {
        this.#schedule(RETRY_MS);
        throw fault;
      }
      this.#events.onEnded();
    }
  }
}

/** Whether no other tab has these: a lock is its page's own for as long as that is open. */
function own(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const forever = () => {
      resolve(true);
      return new Promise<never>(() => {});
    };
    const options = { signal: AbortSignal.timeout(OWNED_MS) };
    navigator.locks.request(`support-console.tokens.${id}`, options, forever).catch(() => resolve(false));
  });
}

/** Of the desk; the pages that the issuer sends people to are no place to go back to. */
function placeOf({ pathname, search }: Location): string {
  return pathname === SIGNED_OUT.pathname || pathname === CALLBACK.pathname ? document.baseURI : pathname + search;
}

function asFault(error: unknown): SignInError {
  // A part of the console that could not be fetched, for one.
  return error instanceof SignInError ? error : new SignInError('unreachable');
}
