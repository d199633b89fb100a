import { AppError } from '../errors/app-error.js';
import { isStaff, type Principal } from './principal.js';

/** Who may call a procedure: any verified user, those who work the desk, or admins alone. */
export type Policy = 'customer' | 'agent' | 'admin';

/**
 * The principal, if the policy lets it in.
 *
 * @throws AppError UNAUTHORIZED without a principal; FORBIDDEN for the wrong role, and where no policy is declared:
 * the default is nobody.
 */
export function requirePolicy(principal: Principal | null, policy: Policy | undefined): Principal {
  if (principal === null) throw new AppError('UNAUTHORIZED');
  if (policy === 'customer') return principal;
  if (policy === 'agent' && isStaff(principal)) return principal;
  if (policy === 'admin' && principal.role === 'admin') return principal;
  throw new AppError('FORBIDDEN');
}
