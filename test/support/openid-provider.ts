import Provider from 'oidc-provider';
import { type Algorithm, type Issuer, keyPairIssuer } from './issuer.js';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.js';

/** A key of the provider's, with its private part. */
export interface SigningKey {
  readonly kid: string;
  readonly issuer: Issuer;
}

export interface OpenIdProvider extends AsyncDisposable {
  /** `iss` of its tokens. */
  readonly url: string;
  readonly server: LoopbackServer;
  /** As its discovery document names it. */
  jwksUrl(): Promise<string>;
  /** How often its keys have been asked for. */
  keyRequests(): number;
  /** From now on these keys are published, and the first one signs. */
  rotate(...keys: SigningKey[]): void;
  /** A new access token: by the client credentials grant, for the resource with this audience. */
  token(userId: string, audience?: string): Promise<string>;
}

export function signingKey(kid: string, algorithm: Exclude<Algorithm, 'HS256'>): SigningKey {
  return { kid, issuer: keyPairIssuer(algorithm) };
}

const CLIENT_SECRET = 'the-secret-of-every-client-of-this-provider';

/** A certified OpenID provider (the package oidc-provider) on 127.0.0.1. `userIds` are its clients. */
export async function startOpenIdProvider(userIds: string[], ...keys: SigningKey[]): Promise<OpenIdProvider> {
  const server = await startLoopbackServer();
  const { url } = server;
  const provider: OpenIdProvider = {
    url,
    server,
    async jwksUrl() {
      const discovery = await fetch(`${url}/.well-known/openid-configuration`);
      return ((await discovery.json()) as { jwks_uri: string }).jwks_uri;
    },
    keyRequests: () => server.requests.filter((path) => path === '/jwks').length,
    rotate(...published) {
      server.handler = new Provider(url, configuration(userIds, published)).callback();
    },
    async token(userId, audience = 'support') {
      const answer = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${userId}:${CLIENT_SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${audience}` }),
      });
      const { access_token: token } = (await answer.json()) as { access_token?: string };
      if (token === undefined) throw new Error(`The provider gave no token: ${answer.status}`);
      return token;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  provider.rotate(...keys);
  return provider;
}

function configuration(userIds: string[], keys: SigningKey[]): object {
  const algorithm = keys[0]?.issuer.algorithm;
  const jwks = keys.map(({ kid, issuer }) => ({
    ...issuer.keys?.privateKey.export({ format: 'jwk' }),
    kid,
    alg: issuer.algorithm,
    use: 'sig',
  }));
  return {
    jwks: { keys: jwks },
    clients: userIds.map((userId) => ({
      client_id: userId,
      client_secret: CLIENT_SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: algorithm,
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: '',
          audience: resource.replace('urn:', ''),
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: algorithm } },
        }),
      },
    },
    extraTokenClaims: (_context: unknown, token: { clientId: string }) =>
      token.clientId.startsWith('agent') ? { role: 'agent' } : {},
    ttl: { ClientCredentials: 24 * 3600 },
    cookies: { keys: ['not used'] },
  };
}
