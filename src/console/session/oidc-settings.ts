/** How the console signs in at the issuer of the tokens, as the service has written it into its page. */
export interface OidcSettings {
  authority: string;
  clientId: string;
  scope: string;
  /** What this issuer wants with all that it is asked. */
  parameters: Record<string, string>;
  /** Which one is sent to the service. */
  token: 'access_token' | 'id_token';
}

/** None where the operator has set up no issuer: there is a field for a token then. */
export function readOidcSettings(): OidcSettings | undefined {
  const json = document.querySelector<HTMLMetaElement>('meta[name="support-oidc"]')?.content;
  return json === undefined ? undefined : (JSON.parse(json) as OidcSettings);
}

/** What a sign-in under way is kept under in this tab's `sessionStorage`, before its `state`. */
export const STATE_PREFIX = 'support-console.oidc.';
