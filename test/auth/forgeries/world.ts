import { type Algorithm, type Issuer, keyPairIssuer, secretIssuer } from '../../support/issuer.js';

/** What a forger knows and has. */
export interface World {
  /** Whom the server trusts. Its signatures are asked for only where something else about the token is wrong. */
  readonly trusted: Issuer;
  /** A header and claims with which a token of `trusted` is good. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The server's time, in seconds since 1970. It stands still. */
  readonly now: number;
  /** Keys of the forger's own. */
  readonly forger: Readonly<Record<Algorithm, Issuer>>;
  /** Where a server that believes `jku` and the like would ask. */
  readonly trapUrl: string;
}

/** A token, by what is wrong with it. */
export type Forgery = readonly [what: string, token: string];

export const FORGER: World['forger'] = {
  HS256: secretIssuer('the-forger-has-a-secret-of-32-bytes-too'),
  RS256: keyPairIssuer('RS256'),
  ES256: keyPairIssuer('ES256'),
  EdDSA: keyPairIssuer('EdDSA'),
};

/** A good token. */
export function goodToken({ trusted, claims, header }: World, more: Record<string, unknown> = {}): string {
  return trusted.token({ ...claims, ...more }, header);
}

/** Values by a name to call them. */
export function named(...values: unknown[]): [string, unknown][] {
  return values.map((value) => [
    value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 40),
    value,
  ]);
}
