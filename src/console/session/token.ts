const KEY = 'support-console.token';

/** The part of the address in which a token is handed over: no server is ever sent it. */
const FRAGMENT = /^#token=([\w.-]+)$/;

/**
 * The token that this tab works with: from the address, from which it is taken off at once, or the one from before a reload. It is kept
 * for as long as the tab is open, and in no other.
 */
export function initialToken(): string | undefined {
  const [, handedOver] = FRAGMENT.exec(location.hash) ?? [];
  if (handedOver !== undefined) {
    history.replaceState(history.state, '', location.pathname + location.search);
    keepToken(handedOver);
    return handedOver;
  }
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
