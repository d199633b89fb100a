import { ErrorResponse, ErrorTimeout, OidcClient, type SigninResponse, WebStorageStateStore } from 'oidc-client-ts';
import { randomId } from '../../browser/random-id.js';
import { type OidcSettings, STATE_PREFIX } from './oidc-settings.js';
import { SignInError } from './sign-in-error.js';
import type { Tokens } from './tokens.js';

const TIMEOUT_SECONDS = 10;

/** Where the issuer sends the browser back to. Both are to be registered there. */
interface Places {
  callback: string;
  signedOut: string;
}

/**
 * The issuer of the tokens: authorization code with PKCE, as a client without a secret. All of OpenID Connect is here, and loaded only where
 * an issuer is set up.
 */
export class Issuer {
  readonly #settings: OidcSettings;
  readonly #client: OidcClient;
  readonly #places: Places;

  constructor(settings: OidcSettings, places: Places) {
    this.#settings = settings;
    this.#places = places;
    const { authority, clientId, scope, parameters } = settings;
    this.#client = new OidcClient({
      authority,
      client_id: clientId,
      redirect_uri: places.callback,
      scope,
      extraQueryParams: parameters,
      extraTokenParams: parameters,
      requestTimeoutInSeconds: TIMEOUT_SECONDS,
      // Its verifier is for this tab alone.
      stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: STATE_PREFIX }),
    });
  }

  /** Where a person signs in. */
  signInAddress(): Promise<string> {
    return explained(async () => {
      if (!isSecureContext) throw new SignInError('insecure');
      return (await this.#client.createSigninRequest({ nonce: randomId() })).url;
    });
  }

  /** `answer`: the address by which the issuer has sent the browser back. */
  redeem(answer: string): Promise<Tokens> {
    return explained(async () => this.#tokens(randomId(), await this.#client.processSigninResponse(answer)));
  }

  /** New tokens for old ones, without anybody seeing it. */
  renew({ id, refresh_token, id_token, scope, session_state }: Tokens): Promise<Tokens> {
    return explained(async () => {
      if (refresh_token === undefined) throw new SignInError('ended');
      const response = await this.#client.useRefreshToken({
        state: {
          refresh_token,
          session_state: session_state ?? null,
          ...(id_token !== undefined && { id_token }),
          ...(scope !== undefined && { scope }),
          // Nobody reads it: who somebody is, the service says.
          profile: { sub: '', iss: '', aud: '', exp: 0, iat: 0 },
        },
        timeoutInSeconds: TIMEOUT_SECONDS,
        extraTokenParams: this.#settings.parameters,
      });
      // Where the issuer gives no new one, the old one stays good.
      return this.#tokens(id, { ...response, refresh_token: response.refresh_token ?? refresh_token });
    });
  }

  /** Ends what the tokens are good for, and gives where the sign-in itself is ended; none where the issuer has no such place. */
  async signOutAddress({ id_token, refresh_token }: Tokens): Promise<string | undefined> {
    const { metadataService } = this.#client;
    if (refresh_token !== undefined && (await metadataService.getRevocationEndpoint(true)) !== undefined) {
      await this.#client.revokeToken(refresh_token, 'refresh_token').catch(() => {});
    }
    if ((await metadataService.getEndSessionEndpoint()) === undefined) return undefined;
    const { clientId, authority } = this.#settings;
    const { url } = await this.#client.createSignoutRequest({
      ...(id_token !== undefined && { id_token_hint: id_token }),
      client_id: clientId,
      post_logout_redirect_uri: this.#places.signedOut,
      // Cognito has a name of its own for it.
      extraQueryParams: /^https:\/\/cognito-idp\./.test(authority) ? { logout_uri: this.#places.signedOut } : {},
    });
    return url;
  }

  #tokens(id: string, response: Given): Tokens {
    const { access_token, id_token, refresh_token, scope, session_state, expires_at } = response;
    const sent = response[this.#settings.token];
    if (!sent) throw new SignInError('issuer', this.#settings.token);
    // What the issuer says in seconds is of its access token.
    const isTold = this.#settings.token === 'access_token' && expires_at !== undefined;
    const expiresAt = isTold ? expires_at * 1000 : expiryOf(sent);
    return { id, access_token, id_token, refresh_token, scope, session_state, expiresAt };
  }
}

type Given = Pick<
  SigninResponse,
  'access_token' | 'id_token' | 'refresh_token' | 'scope' | 'session_state' | 'expires_at'
>;

/** Of a token that comes without its lifetime. By how long it lives, too: this computer's clock may be wrong. */
function expiryOf(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const { exp, iat } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>;
    if (typeof exp !== 'number' || typeof iat !== 'number') return undefined;
    const now = Date.now();
    const byLife = now + (exp - iat) * 1000;
    return exp * 1000 > now ? Math.min(byLife, exp * 1000) : byLife;
  } catch {
    return undefined;
  }
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asSignInError(error);
  }
}

function asSignInError(error: unknown): SignInError {
  if (error instanceof SignInError) return error;
  if (error instanceof ErrorResponse) {
    const said = error.error_description ?? error.error ?? '';
    if (error.error === 'access_denied') return new SignInError('denied');
    if (error.error === 'invalid_grant') return new SignInError('ended', said);
    return new SignInError('issuer', said);
  }
  if (error instanceof ErrorTimeout || error instanceof TypeError) return new SignInError('unreachable');
  const said = error instanceof Error ? error.message : String(error);
  return /state/i.test(said) ? new SignInError('stale') : new SignInError('issuer', said);
}
