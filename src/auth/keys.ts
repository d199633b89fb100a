import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config/config.js';
import { type PublicKeyAlgorithm, publicKeyFromPem } from '../config/public-key.js';
import type { Clock } from '../schema/clock.js';
import { RemoteKeySet } from './remote-key-set.js';
import type { TokenHeader } from './token-header.js';

export type Algorithm = 'HS256' | PublicKeyAlgorithm;

/** The keys that tokens are checked with. */
export interface VerificationKeys {
  /** Fixed by the kind of key that is configured; a token's header never widens it. */
  readonly algorithms: Algorithm[];
  /** The secret or PEM for a token with this header. Rejects if there is none. */
  keyFor(header: TokenHeader): Promise<string>;
  /** They never change. */
  readonly areFixed: boolean;
  /** Stands for the keys as they are now: another value once one has come or gone. */
  edition(): Promise<unknown>;
}

/** The keys of a configuration that names one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL. */
export function verificationKeys(config: Config, clock: Clock, log: FastifyBaseLogger): VerificationKeys {
  if (config.JWT_JWKS_URL !== undefined) {
    const remote = new RemoteKeySet(config.JWT_JWKS_URL, { clock, log });
    return {
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      areFixed: false,
      keyFor: (header) => remote.keyFor(header),
      edition: () => remote.current(),
    };
  }
  if (config.JWT_PUBLIC_KEY !== undefined) {
    const key = publicKeyFromPem(config.JWT_PUBLIC_KEY);
    if (key === undefined) throw new TypeError('loadConfig() let a public key through that we do not take');
    return fixedKey(key.algorithm, key.pem);
  }
  if (config.JWT_SECRET === undefined) throw new TypeError('No key is configured');
  return fixedKey('HS256', config.JWT_SECRET);
}

function fixedKey(algorithm: Algorithm, key: string): VerificationKeys {
  return { algorithms: [algorithm], areFixed: true, keyFor: async () => key, edition: async () => algorithm };
}
