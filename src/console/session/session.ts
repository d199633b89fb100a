import { createSupportClient, type SupportClient } from 'support-api/client';
import type { Account } from '../api/trpc.js';
import { Store } from '../ui/store.js';
import { forgetToken, initialToken, keepToken } from './token.js';

/** Where the API is: what this page's own folder stands in. */
const API = new URL('..', document.baseURI).href;

export type Signed = 'no' | 'yes' | 'expired';

/**
 * Who works here. The token comes from whoever signs people in: the development link, a field, later an OpenID provider. All of
 * them end in `signIn()`.
 */
class Session {
  readonly state = new Store<Signed>('no');
  /** Once it is known. */
  readonly account = new Store<Account | undefined>(undefined);
  readonly client: SupportClient;
  #token: string | undefined = initialToken();

  constructor() {
    this.client = createSupportClient({ url: API, token: () => this.#token ?? '' });
    if (this.#token !== undefined) this.state.set('yes');
  }

  /** Tries a token, and keeps it if it is good: gives who it is. Rejects with the server's refusal. */
  async signIn(token: string): Promise<Account> {
    const account = await createSupportClient({ url: API, token }).support.account.get.query();
    this.#token = token;
    keepToken(token);
    this.account.set(account);
    this.state.set('yes');
    return account;
  }

  /** The token is not good any more: what is on the screen stays, and what was typed. */
  expire(): void {
    if (this.state.value === 'yes') this.state.set('expired');
  }

  signOut(): void {
    this.#token = undefined;
    forgetToken();
    this.account.set(undefined);
    this.state.set('no');
  }
}

export const session = new Session();
