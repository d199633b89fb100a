/**
 * Why somebody is not signed in: they or the issuer said no (`denied`); the answer was not to a question of this tab, or was used before (`stale`);
 * another tab has taken it (`elsewhere`); no answer came (`unreachable`); browsers sign in over HTTPS alone (`insecure`); the sign-in is over (`ended`); the issuer failed or refused
 * the console (`issuer`); the service takes no such token (`refused`).
 */
export type SignInFault =
  | 'denied'
  | 'stale'
  | 'elsewhere'
  | 'unreachable'
  | 'insecure'
  | 'ended'
  | 'issuer'
  | 'refused';

export class SignInError extends Error {
  override name = 'SignInError';
  readonly fault: SignInFault;
  /** The issuer's own words, for who has set it up. */
  readonly said: string;

  constructor(fault: SignInFault, said = '') {
    super(`${fault} ${said}`.trim());
    this.fault = fault;
    this.said = said;
  }
}
