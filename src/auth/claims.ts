import type { Principal, Role } from './principal.js';

/** What a token with a good signature says. */
export interface Identity {
  readonly principal: Principal;
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
export function readClaims(claims: Record<string, unknown>, roleClaim: string): Identity {
  const { sub: userId, iat, nbf = 0, exp = Number.MAX_VALUE } = claims;
  if (typeof userId !== 'string' || !isUserId(userId)) throw new Error('The sub claim is not a user id');
  if (!isNumericDate(nbf) || !isNumericDate(exp) || (iat !== undefined && !isNumericDate(iat))) {
    throw new Error('The claim nbf, exp or iat is not a number');
  }
  const role = roleOf(Object.hasOwn(claims, roleClaim) ? claims[roleClaim] : undefined);
  // Frozen: one object serves every request that brings the token.
  return { principal: Object.freeze({ userId, role }), notBefore: nbf * 1000, expires: exp * 1000 };
}

export function isInForce({ notBefore, expires }: Identity, now: number): boolean {
  return now >= notBefore && now < expires;
}

/** @throws Error if the identity is not yet, or no longer, good. */
export function checkInForce({ notBefore, expires }: Identity, now: number): void {
  if (now < notBefore) throw new Error('The token is not good yet');
  if (now >= expires) throw new Error('The token has expired');
}

/** JSON has numbers that no double holds: `1e999` would be a token for ever. */
function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value);
}

const MAX_USER_ID = 255;

function isUserId(value: string): boolean {
  return value !== '' && [...value].length <= MAX_USER_ID && !/\p{Cc}/u.test(value) && value.isWellFormed();
}

/** Least privilege: only the two names that we know raise anybody above a customer. */
function roleOf(claim: unknown): Role {
  return claim === 'agent' || claim === 'admin' ? claim : 'customer';
}
