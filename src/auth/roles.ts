import type { Config } from '../config/config.js';
import type { Role } from './principal.js';

/** The operator's names of a role, the highest role first. */
type Names = readonly (readonly [role: Role, names: readonly string[]])[];

type Claims = Record<string, unknown>;

/** What a token says of the role: `unknown` is what stood in the claim where none of its values is a name that we know. */
export interface ReadRole {
  readonly role: Role;
  readonly unknown?: unknown;
}

export type ReadRoleOf = (claims: Claims) => ReadRole;

/**
 * Makes the function that reads a role from a token's claims. The claim is a string or an array of strings, of which the
 * highest role counts. Least privilege: whoever has none of the configured names is a customer.
 */
export function roleReader({ JWT_ROLE_CLAIM, JWT_ADMIN_ROLES, JWT_AGENT_ROLES }: RoleSettings): ReadRoleOf {
  const path = JWT_ROLE_CLAIM.split('.');
  const names: Names = [
    ['admin', JWT_ADMIN_ROLES],
    ['agent', JWT_AGENT_ROLES],
  ];
  return (claims) => {
    const claim = Object.hasOwn(claims, JWT_ROLE_CLAIM) ? claims[JWT_ROLE_CLAIM] : valueAt(claims, path);
    if (claim === undefined || claim === null) return { role: 'customer' };
    const values: unknown[] = Array.isArray(claim) ? claim : [claim];
    const found = names.find(([, known]) => values.some((value) => typeof value === 'string' && known.includes(value)));
    if (found !== undefined) return { role: found[0] };
    return values.length === 0 || values.includes('customer')
      ? { role: 'customer' }
      : { role: 'customer', unknown: claim };
  };
}

export type RoleSettings = Pick<Config, 'JWT_ROLE_CLAIM' | 'JWT_ADMIN_ROLES' | 'JWT_AGENT_ROLES'>;

/** The value at a path into nested objects; undefined where it leads nowhere. */
function valueAt(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Claims)[name];
  }
  return value;
}
