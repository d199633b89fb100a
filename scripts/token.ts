import { parseArgs } from 'node:util';
import { withDevelopmentSecret } from '../src/auth/development-secret.js';
import type { Role } from '../src/auth/principal.js';
import { signToken } from '../src/auth/sign-token.js';
import { ConfigError, loadConfig } from '../src/config/config.js';
import { loadEnvFile } from '../src/config/env-file.js';

const USAGE = 'Usage: npm run --silent token -- --sub user_123 [--role customer|agent|admin] [--expires 30s|15m|1h|7d]';
const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Prints a token for a user, signed with the HS256 secret that the server of this folder uses. */
function main(): void {
  const { sub, role, expires } = options();
  loadEnvFile();
  const { config } = withDevelopmentSecret(loadConfig(process.env));
  const token = signToken(config, { userId: sub, role, expiresInMs: milliseconds(expires) });
  if (token === undefined) {
    throw new ConfigError('Tokens are checked with a public key or a JWKS: only their issuer can make one');
  }
  process.stdout.write(`${token}\n`);
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
