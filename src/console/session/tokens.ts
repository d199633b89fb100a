/** What the issuer has given this tab. */
export interface Tokens {
  /** Of this sign-in: a tab that was duplicated has the same one. */
  id: string;
  access_token: string;
  id_token?: string | undefined;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  session_state?: string | null | undefined;
  /** When the one that is sent to the service expires, by this computer's clock; unknown: it is used until it is refused. */
  expiresAt?: number | undefined;
}

const KEY = 'support-console.tokens';

/** Kept for as long as the tab is open, and in no other. */
export const keptTokens = {
  read(): Tokens | undefined {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
  },

  write(tokens: Tokens): void {
    sessionStorage.setItem(KEY, JSON.stringify(tokens));
  },

  forget(): void {
    sessionStorage.removeItem(KEY);
  },
};
