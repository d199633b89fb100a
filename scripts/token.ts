import { parseArgs } from 'node:util';
import { createSigner } from 'fast-jwt';
import { withDevelopmentSecret } from '../src/auth/development-secret.js';
import type { Role } from '../src/auth/principal.js';
import { ConfigError, loadConfig } from '../src/config/config.js';
import { loadEnvFile } from '../src/config/env-file.js';

const USAGE = 'Usage: npm run --silent token -- --sub user_123 [--role customer|agent|admin] [--expires 30s|15m|1h|7d]';
const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Prints a token for a user, signed with the HS256 secret that the server of this folder uses. */
function main(): void {
  const { sub, role, expires } = options();
  loadEnvFile();
  const { config } = withDevelopmentSecret(loadConfig(process.env));
  if (config.JWT_SECRET === undefined) {
    throw new ConfigError('Tokens are checked with a public key or a JWKS: only their issuer can make one');
  }
  const sign = createSigner({
    key: config.JWT_SECRET,
    algorithm: 'HS256',
    expiresIn: milliseconds(expires),
    ...(config.JWT_ISSUER && { iss: config.JWT_ISSUER }),
    ...(config.JWT_AUDIENCE && { aud: config.JWT_AUDIENCE }),
  });
  const name = { customer: 'customer', agent: config.JWT_AGENT_ROLES[0], admin: config.JWT_ADMIN_ROLES[0] }[
    role ?? 'customer'
  ];
  process.stdout.write(`${sign({ sub, ...(role && { [config.JWT_ROLE_CLAIM]: name }) })}\n`);
}

function isRole(text: string): text is Role {
  return ['customer', 'agent', 'admin'].includes(text);
}

function options(): { sub: string; role: Role | undefined; expires: string } {
  try {
    const { values } = parseArgs({
      options: { sub: { type: 'string' }, role: { type: 'string' }, expires: { type: 'string', default: '1h' } },
    });
    if (!values.sub) throw new ConfigError('--sub is missing');
    if (values.role !== undefined && !isRole(values.role)) {
      throw new ConfigError('--role must be customer, agent or admin');
    }
    return { sub: values.sub, role: values.role, expires: values.expires };
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${USAGE}`);
  }
}

function milliseconds(duration: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(duration) ?? [];
  if (count === undefined || unit === undefined) throw new ConfigError(`--expires is not a duration\n${USAGE}`);
  return Number(count) * (UNITS[unit] as number);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
