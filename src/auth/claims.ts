import { isUserId } from '../schema/text.js';
import type { Principal } from './principal.js';
import type { ReadRoleOf } from './roles.js';

/** What a token with a good signature says. */
export interface Identity {
  readonly principal: Principal;
  /** What its role claim holds, where none of it is a name that we know. */
  readonly unknownRole: unknown;
  /** Good from this time on; milliseconds since 1970. */
  readonly notBefore: number;
  /** Good before this time, no longer at it (RFC 7519, 4.1.4); milliseconds since 1970. */
  readonly expires: number;
}

/**
 * The identity in a token's claims.
 *
 * @throws Error that says what is wrong with them, for the log.
 */
export function readClaims(claims: Record<string, unknown>, readRole: ReadRoleOf): Identity {
  const { sub: userId, iat, nbf = 0, exp = Number.MAX_VALUE } = claims;
  if (typeof userId !== 'string' || !isUserId(userId)) throw new Error('The sub claim is not a user id');
  if (!isNumericDate(nbf) || !isNumericDate(exp) || (iat !== undefined && !isNumericDate(iat))) {
    throw new Error('The claim nbf, exp or iat is not a number');
  }
  const { role, unknown } = readRole(claims);
  // Frozen: one object serves every request that brings the token.
  const principal = Object.freeze({ userId, role });
  return { principal, unknownRole: unknown, notBefore: nbf * 1000, expires: exp * 1000 };
}

/** `toleranceMs`: by how much the issuer's clock may differ from ours. */
export function isInForce({ notBefore, expires }: Identity, now: number, toleranceMs: number): boolean {
  return now >= notBefore - toleranceMs && now < expires + toleranceMs;
}

/** @throws Error if the identity is not yet, or no longer, good. */
export function checkInForce(identity: Identity, now: number, toleranceMs: number): void {
  if (isInForce(identity, now, toleranceMs)) return;
  throw new Error(now < identity.notBefore ? 'The token is not good yet' : 'The token has expired');
}

/** JSON has numbers that no double holds: `1e999` would be a token for ever. */
function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value);
}
