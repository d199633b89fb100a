import { createSigner } from 'fast-jwt';
import type { Config } from '../config/config.js';
import type { Role } from './principal.js';

interface Signed {
  userId: string;
  /** undefined: without a role claim. */
  role: Role | undefined;
  expiresInMs: number;
}

/** A token that this configuration takes, signed with its shared secret; undefined where it has none. */
export function signToken(config: Config, { userId, role, expiresInMs }: Signed): string | undefined {
  if (config.JWT_SECRET === undefined) return undefined;
  const sign = createSigner({
    key: config.JWT_SECRET,
    algorithm: 'HS256',
    expiresIn: expiresInMs,
    ...(config.JWT_ISSUER && { iss: config.JWT_ISSUER }),
    ...(config.JWT_AUDIENCE && { aud: config.JWT_AUDIENCE }),
  });
  const names = { customer: 'customer', agent: config.JWT_AGENT_ROLES[0], admin: config.JWT_ADMIN_ROLES[0] };
  return sign({ sub: userId, ...(role && { [config.JWT_ROLE_CLAIM]: names[role] }) });
}
