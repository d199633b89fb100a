import { createSupportClient, type SupportClient } from 'support-api/client';
import { Store } from '../../browser/store.js';
import { explain } from '../api/explain.js';
import type { Account } from '../api/trpc.js';
import { Oidc } from './oidc.js';
import { type OidcSettings, readOidcSettings } from './oidc-settings.js';
import { SignInError } from './sign-in-error.js';
import { forgetToken, initialToken, keepToken } from './token.js';

/** Where the API is: what this page's own folder stands in. */
const API = new URL('..', document.baseURI).href;

/** `busy`: on the way to the issuer or back, or signing out. */
export type Signed = 'no' | 'busy' | 'yes' | 'expired';

/**
 * Who works here. Tokens come from the issuer where one is set up, and then from nowhere else: a link with somebody else's token must not
 * sign anybody in. Without one they come from the development link, or a field.
 */
class Session {
  readonly state = new Store<Signed>('no');
  /** Once it is known. */
  readonly account = new Store<Account | undefined>(undefined);
  readonly client: SupportClient;
  readonly oidc: Oidc | undefined;
  #token: string | undefined;

  constructor() {
    const settings = readOidcSettings();
    this.oidc = settings && this.#signInAt(settings);
    this.client = createSupportClient({ url: API, token: () => this.oidc?.token() ?? this.#token ?? '' });
    if (this.oidc) {
      this.state.set('busy');
      void this.oidc.start();
      return;
    }
    this.#token = initialToken();
    if (this.#token !== undefined) this.state.set('yes');
  }

  #signInAt(settings: OidcSettings): Oidc {
    return new Oidc(settings, {
      onSignedIn: () => this.state.set('yes'),
      onAnswered: async (token) => {
        try {
          this.account.set(await accountOf(token));
        } catch (error) {
          throw new SignInError(explain(error).remedy === 'sign-in' ? 'refused' : 'unreachable');
        }
      },
      onSignedOut: () => {
        this.account.set(undefined);
        this.state.set('no');
      },
      // With nothing on the screen yet there is nothing to lose by leaving it.
      onEnded: () => {
        if (this.account.value !== undefined) return this.expire();
        this.state.set('busy');
        void this.oidc?.signIn('replace');
      },
    });
  }

  /** Tries a token, and keeps it if it is good: gives who it is. Rejects with the server's refusal. */
  async signIn(token: string): Promise<Account> {
    const account = await accountOf(token);
    this.#token = token;
    keepToken(token);
    this.account.set(account);
    this.state.set('yes');
    return account;
  }

  /** The token is not good any more: what is on the screen stays, and what was typed. */
  expire(): void {
    if (this.state.value !== 'yes') return;
    if (this.account.value === undefined) this.oidc?.fault.set(new SignInError('refused'));
    this.state.set('expired');
  }

  signOut(): void {
    this.account.set(undefined);
    if (this.oidc) {
      this.state.set('busy');
      void this.oidc.signOut();
      return;
    }
    this.#token = undefined;
    forgetToken();
    this.state.set('no');
  }
}

function accountOf(token: string): Promise<Account> {
  return createSupportClient({ url: API, token }).support.account.get.query();
}

export const session = new Session();
