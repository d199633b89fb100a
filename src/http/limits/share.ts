/** Of what all have together, so much is enough for anybody. */
const SHARE = 1 / 4;
/** A tRPC batch fits in. */
const LEAST_SHARE = 20;

/** How many of `max` places or connections one user or one address has at most. */
export function shareOf(max: number): number {
  return Math.max(LEAST_SHARE, Math.floor(max * SHARE));
}
