import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';
import { startLoopbackServer } from './loopback-server.js';
import { signingKey } from './openid-provider.js';

export const CLIENT_ID = 'console';
/** What its access tokens are for; asked for by `resource`. */
export const RESOURCE = 'urn:support';

interface Options {
  /** Whether it gives refresh tokens. */
  refresh?: boolean;
}

export interface SignInProvider extends AsyncDisposable {
  readonly url: string;
  /** The environment of a server whose tokens it issues, and whose console is its client. */
  readonly env: Record<string, string>;
  /** Path of every request so far. */
  readonly requests: readonly string[];
  /** How long access tokens live that are given from now on. */
  tokenSeconds: number;
  /** The client has its console here from now on. */
  register(consoleUrl: string): void;
}

/**
 * A certified OpenID provider (the package oidc-provider) on 127.0.0.1 with a page to sign in, and one to consent. A person is called as they
 * type; those whose name begins with `agent` have that role.
 */
export async function startSignInProvider({ refresh = true }: Options = {}): Promise<SignInProvider> {
  const server = await startLoopbackServer();
  const key = signingKey('one', 'ES256');
  const { url } = server;
  const signIn: SignInProvider = {
    url,
    env: {
      JWT_JWKS_URL: `${url}/jwks`,
      JWT_ISSUER: url,
      JWT_AUDIENCE: 'support',
      CONSOLE_OIDC_CLIENT_ID: CLIENT_ID,
      CONSOLE_OIDC_PARAMETERS: `resource=${RESOURCE}`,
    },
    requests: server.requests,
    tokenSeconds: 3600,
    register(consoleUrl) {
      const provider = new Provider(url, {
        jwks: { keys: [{ ...key.issuer.keys?.privateKey.export({ format: 'jwk' }), kid: key.kid, alg: 'ES256' }] },
        clients: [
          {
            client_id: CLIENT_ID,
            client_name: 'Support desk',
            token_endpoint_auth_method: 'none',
            grant_types: ['authorization_code', ...(refresh ? ['refresh_token'] : [])],
            response_types: ['code'],
            redirect_uris: [`${consoleUrl}callback`],
            post_logout_redirect_uris: [`${consoleUrl}signed-out`],
            id_token_signed_response_alg: 'ES256',
          },
        ],
        clientBasedCORS: (_context: unknown, origin: string) => origin === new URL(consoleUrl).origin,
        issueRefreshToken: () => refresh,
        features: {
          devInteractions: { enabled: false },
          revocation: { enabled: true },
          rpInitiatedLogout: {
            enabled: true,
            logoutSource: (context: { body: string }, form: string) => {
              context.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">Log out</button>`);
            },
          },
          resourceIndicators: {
            enabled: true,
            getResourceServerInfo: () => ({
              scope: '',
              audience: 'support',
              accessTokenFormat: 'jwt',
              accessTokenTTL: signIn.tokenSeconds,
              jwt: { sign: { alg: 'ES256' } },
            }),
          },
        },
        // In the ID token as well.
        claims: { openid: ['sub', 'role'] },
        conformIdTokenClaims: false,
        findAccount: (_context: unknown, sub: string) => ({
          accountId: sub,
          claims: () => ({ sub, ...roleOf(sub) }),
        }),
        extraTokenClaims: (_context: unknown, { accountId }: { accountId: string }) => roleOf(accountId),
        interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
        ttl: { Session: 3600, Grant: 3600, RefreshToken: 3600, IdToken: 3600, Interaction: 600 },
        cookies: { keys: ['of a test'] },
      });
      const protocol = provider.callback();
      server.handler = (request, response) => {
        if (!request.url?.startsWith('/interaction/')) return protocol(request, response);
        interact(provider, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return signIn;
}

const roleOf = (name: string) => (name.startsWith('agent') ? { role: 'agent' } : {});

/** Asks who somebody is, and then whether the console may know it. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(prompt.name === 'login' ? LOGIN : CONSENT);
    return;
  }
  const form = new URLSearchParams(await text(request));
  if (form.has('refuse')) {
    const refusal = { error: 'access_denied', error_description: 'They said no' };
    return provider.interactionFinished(request, response, refusal);
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: form.get('name') } });
  }
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(RESOURCE, '');
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

const page = (content: string) =>
  `<!doctype html><html lang="en"><title>Issuer</title><link rel="icon" href="data:,">${content}</html>`;
const LOGIN = page(
  '<form method="post"><label>Name <input name="name" required autofocus></label> <button>Log in</button></form>',
);
const CONSENT = page(
  '<form method="post"><button name="allow">Allow</button> <button name="refuse">Refuse</button></form>',
);
