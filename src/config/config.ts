import { z } from 'zod';
import { isOrigin } from './origins.js';
import { publicKeyFromPem } from './public-key.js';

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: `must be a whole number from ${min} to ${max}` });

const milliseconds = wholeNumber(1, 3_600_000);

const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

const url = (protocols: readonly string[]) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
      abort: true,
    })
    .refine((value) => new URL(value).username === '' && new URL(value).password === '', {
      error: 'must be a URL without user name and password',
    });

const databaseUrl = z.string().refine((value) => /^file:.+/.test(value) || /^postgres(ql)?:\/\/.+/.test(value), {
  error: 'must be file:<path> (SQLite) or postgresql://user:password@host:5432/database',
});

const origin = z.string().refine(isOrigin, {
  error:
    'must be * or origins such as https://app.example.com, https://*.example.com or capacitor://localhost, separated by commas',
});

/** What the console itself says to the issuer: no setting says it for it. */
const OWN_PARAMETERS = new Set([
  'client_id',
  'client_secret',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'grant_type',
  'nonce',
  'redirect_uri',
  'refresh_token',
  'response_mode',
  'response_type',
  'scope',
  'state',
]);

const parameters = z
  .string()
  .transform((value) => [...new URLSearchParams(value)])
  .refine((pairs) => new Set(pairs.map(([name]) => name)).size === pairs.length, { error: 'must have no name twice' })
  .refine((pairs) => pairs.every(([name]) => name !== '' && !OWN_PARAMETERS.has(name)), {
    error: 'must not have what the console sends by itself, such as scope',
  })
  .transform((pairs): Record<string, string> => Object.fromEntries(pairs));

/** Bytes of a key for secrets: AES-256. */
export const SECRETS_KEY_BYTES = 32;

function isSecretsKey(value: string): boolean {
  return /^[\w+/-]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === SECRETS_KEY_BYTES;
}

/** Fewest bytes of an HS256 secret (RFC 7518, 3.2). */
export const SECRET_BYTES = 32;

/**
 * Every setting, in the order of the table in docs/configuration.md, which is made from this schema
 * (`npm run docs:config`). Defaults are as text, as the environment would have them.
 */
export const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], { error: 'must be development, production or test' })
    .default('development')
    .meta({ description: 'In `production` a key for tokens must be configured; logs are JSON only' }),
  HOST: z.string().min(1).default('127.0.0.1').meta({
    description: 'Address to listen on; `0.0.0.0` or `::` for every interface',
  }),
  PORT: wholeNumber(0, 65_535).prefault('3000').meta({ description: 'Port to listen on; 0 takes a free one' }),
  DATABASE_URL: databaseUrl.default('file:./data/support.db').meta({
    description: '`file:<path>` for SQLite, relative to the current folder, or `postgresql://…`',
  }),
  MIGRATE_ON_START: flag.prefault('true').meta({
    description: 'Apply pending migrations at start; if `false`, run `npm run migrate` before',
  }),
  JWT_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= SECRET_BYTES, {
      error: `must be at least ${SECRET_BYTES} bytes long`,
    })
    // Whoever knows a public key could sign with it, if it were taken for a secret.
    .refine((value) => !/-----BEGIN |"kty"/.test(value), { error: 'must be a secret: a public key is JWT_PUBLIC_KEY' })
    .optional()
    .meta({ description: 'Shared secret of HS256 tokens, at least 32 bytes' }),
  JWT_PUBLIC_KEY: z.string().optional().meta({
    description: 'PEM public key: RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA); `\\n` may stand for line ends',
  }),
  JWT_JWKS_URL: url(['https:', 'http:'])
    .optional()
    .meta({ description: "The issuer's JWKS (RS256, ES256, EdDSA keys), followed as keys rotate" }),
  JWT_ISSUER: z.string().min(1).optional().meta({ description: '`iss` that a token must have' }),
  JWT_AUDIENCE: z.string().min(1).optional().meta({ description: '`aud` that a token must have' }),
  JWT_REQUIRE_EXP: flag.prefault('false').meta({ description: 'Refuse tokens without `exp`' }),
  JWT_CLOCK_TOLERANCE_SECONDS: wholeNumber(0, 300).prefault('0').meta({
    description: "By how much the issuer's clock may differ from ours, for `exp` and `nbf`",
  }),
  JWT_ROLE_CLAIM: z.string().min(1).default('role').meta({
    description: 'Claim that holds the role or a list of roles; dots lead into nested claims: `realm_access.roles`',
  }),
  JWT_AGENT_ROLES: list.prefault('agent').meta({
    description: 'Values of the role claim that make an agent, separated by commas',
  }),
  JWT_ADMIN_ROLES: list.prefault('admin').meta({
    description:
      'Values of the role claim that make an admin, separated by commas; who has none of either is a customer',
  }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info')
    .meta({ description: 'Least severe level that is logged' }),
  METRICS_TOKEN: z
    .string()
    .regex(/^[!-~]{16,}$/, { error: 'must be at least 16 visible ASCII characters' })
    .optional()
    .meta({ description: 'Bearer token for `GET /metrics`; no such route without it' }),
  METRICS_PORT: wholeNumber(0, 65_535).optional().meta({
    description: 'Port of its own for `/metrics`, without a token; none by default',
  }),
  METRICS_HOST: z.string().min(1).default('127.0.0.1').meta({
    description: 'Address that `METRICS_PORT` is opened on: one that only your monitoring reaches',
  }),
  CORS_ORIGINS: list
    .pipe(z.array(origin))
    .refine((origins) => !origins.includes('*') || origins.length === 1, { error: 'must be * alone, or origins' })
    .prefault('')
    .meta({
      description:
        'Origins whose pages may call, separated by commas, or `*`; `https://*.example.com` is all of its subdomains; none by default',
    }),
  HSTS_INCLUDE_SUBDOMAINS: flag.prefault('false').meta({
    description: 'Tell browsers to use HTTPS for all subdomains of this host as well',
  }),
  PUBLIC_PATH: z
    .string()
    .regex(/^(?:\/[\w.~-]+)+$/, { error: 'must be a path such as /helpdesk, without a slash at the end' })
    .optional()
    .meta({
      description: 'Path under which a proxy shows the service, and which it takes off: `/helpdesk`; none by default',
    }),
  PUBLIC_URL: url(['https:', 'http:'])
    .refine((value) => new URL(value).search === '' && new URL(value).hash === '' && !value.endsWith('/'), {
      error: 'must have no query, and no slash at the end',
    })
    .optional()
    .meta({
      description:
        'Address that clients know, with the path of `PUBLIC_PATH`: `https://support.example.com`. Links to files then are whole',
    }),
  CONSOLE: flag.prefault('true').meta({
    description: "Serve the agents' console at `/console`",
  }),
  WIDGET: flag.prefault('true').meta({
    description: "Serve the customers' widget at `/widget/v1.js`",
  }),
  CONSOLE_OIDC_CLIENT_ID: z.string().min(1).optional().meta({
    description:
      'What the issuer of the tokens calls the console: agents then sign in there (OpenID Connect). Without it the console has a field for a token',
  }),
  CONSOLE_OIDC_AUTHORITY: url(['https:', 'http:'])
    .refine((value) => new URL(value).search === '' && new URL(value).hash === '', { error: 'must have no query' })
    .optional()
    .meta({
      description: "Address before `/.well-known/openid-configuration` of the issuer, where that isn't `JWT_ISSUER`",
    }),
  CONSOLE_OIDC_ORIGINS: list
    .pipe(
      z.array(
        z
          .string()
          .toLowerCase()
          .refine((value) => URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value, {
            error: 'must be origins such as https://login.example.com, separated by commas',
          }),
      ),
    )
    .prefault('')
    .meta({
      description: 'Other origins that the issuer has tokens fetched from, separated by commas: a domain of Cognito’s',
    }),
  CONSOLE_OIDC_SCOPE: z
    .string()
    .refine((value) => value.split(' ').includes('openid'), { error: 'must have openid in it' })
    .default('openid profile email offline_access')
    .meta({ description: 'What the console asks the issuer for, separated by spaces' }),
  CONSOLE_OIDC_PARAMETERS: parameters.prefault('').meta({
    description: 'What the issuer wants to be sent as well, as in an address: `audience=https://support.example.com`',
  }),
  CONSOLE_OIDC_TOKEN: z
    .enum(['access_token', 'id_token'], { error: 'must be access_token or id_token' })
    .default('access_token')
    .meta({ description: 'Which of the issuer’s tokens the console sends to this service' }),
  TRUST_PROXY: list
    .pipe(
      z.array(
        z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])], {
          error: 'must be addresses or CIDR ranges of your proxies, such as 10.0.0.0/8, or loopback',
        }),
      ),
    )
    .prefault('')
    .meta({ description: 'Proxies whose `X-Forwarded-*` headers are believed, separated by commas; none by default' }),
  SECRETS_KEY: list
    .pipe(z.array(z.string().refine(isSecretsKey, { error: 'must be 32 bytes in base64: openssl rand -base64 32' })))
    .prefault('')
    .meta({
      description:
        'Key that the secrets of webhooks are encrypted with in the database: 32 bytes in base64. Several, separated by commas: the first one encrypts, the others can still be read; none by default',
    }),
  WEBHOOK_DELIVERY: flag.prefault('true').meta({
    description: 'Send webhooks from this instance; if `false`, another one has to',
  }),
  WEBHOOK_ALLOW_CIDRS: list
    .pipe(
      z.array(
        z.union([z.cidrv4(), z.cidrv6()], { error: 'must be CIDR ranges such as 10.0.0.0/8, separated by commas' }),
      ),
    )
    .prefault('')
    .meta({
      description:
        'Networks inside that webhooks may be sent to, also without TLS, separated by commas; none by default: public addresses alone',
    }),
  DEPLOYMENT: z.string().min(1).max(100).optional().meta({
    description:
      'Name of where this runs, such as `production`. Webhooks are paused in a database that was used under another name',
  }),
  AUTO_CLOSE_DAYS: wholeNumber(0, 3650).prefault('7').meta({
    description: 'Days after which a resolved ticket is closed, if its customer says nothing; 0: never',
  }),
  RATE_LIMIT_IP: wholeNumber(0, 10_000_000).prefault('12000').meta({
    description: 'Calls per minute from one address, before the token is looked at; 0: no limit',
  }),
  RATE_LIMIT_USER: wholeNumber(0, 10_000_000).prefault('1200').meta({
    description: 'Calls per minute of one user; 0: no limit',
  }),
  RATE_LIMIT_USER_BYTES: wholeNumber(0, 10_000_000_000).prefault('67108864').meta({
    description: 'Bytes of request bodies per minute of one user; 0: no limit',
  }),
  REDIS_URL: url(['redis:', 'rediss:']).optional().meta({
    description: 'Redis in which several instances count together for the rate limits; each by itself without',
  }),
  FILES_FOLDER: z.string().min(1).optional().meta({
    description: 'Folder that uploaded files are kept in; by default `files` beside the SQLite file, or `./data/files`',
  }),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'must be the name of a bucket' })
    .optional()
    .meta({ description: 'Bucket of S3 that uploaded files are kept in, instead of a folder' }),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: 'must be a region such as eu-central-1' })
    .default('us-east-1')
    .meta({ description: 'Region of the bucket' }),
  S3_ENDPOINT: url(['https:', 'http:']).optional().meta({
    description: "Address of a service that speaks S3; by default Amazon's of the region",
  }),
  S3_PATH_STYLE: flag.prefault('false').meta({
    description: 'The bucket is in the path of addresses, not in the name of the host, as MinIO and others have it',
  }),
  S3_ACCESS_KEY_ID: z.string().min(1).optional().meta({ description: 'Key that may use the bucket' }),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional().meta({ description: 'Its secret' }),
  S3_PREFIX: z
    .string()
    .regex(/^(?:[\w.-]+\/)+$/, { error: 'must be a path such as support/, with a slash at its end' })
    .optional()
    .meta({ description: 'What the keys in the bucket begin with: `support/`; nothing by default' }),
  S3_PRESIGNED_LINKS: flag.prefault('true').meta({
    description: 'Links lead to the bucket; if `false`, its files are read through this service',
  }),
  FILE_MAX_BYTES: wholeNumber(1024, 1_073_741_824).optional().meta({
    description: 'Largest file that can be uploaded, in bytes; by default 10 MiB, or less where a user has less',
  }),
  CLAMD_URL: z
    .string()
    .regex(/^(?:tcp:\/\/(?:[\w.-]+|\[[\da-fA-F:]+\])(?::\d{1,5})?|unix:\/.+)$/, {
      error: 'must be tcp://<host>:3310 or unix:/run/clamav/clamd.ctl',
    })
    .optional()
    .meta({
      description: 'clamd that looks for malware in files: `tcp://<host>:3310` or `unix:/run/clamav/clamd.ctl`',
    }),
  CLAMD_REQUIRED: flag.prefault('true').meta({
    description: 'Refuse files while clamd can’t look at them (503); if `false`, they are taken, and the log says so',
  }),
  CLAMD_TIMEOUT_MS: milliseconds.prefault('10000').meta({
    description: 'For how long clamd may say nothing: less than `REQUEST_TIMEOUT_MS`',
  }),
  FILE_ZIP_ALLOWED: flag.prefault('false').meta({ description: 'Take ZIP archives, too' }),
  FILE_USER_BYTES: wholeNumber(0, 9_999_999_999).prefault('104857600').meta({
    description: 'Bytes of files that one user may upload in 24 hours; 0: no limit',
  }),
  UPLOAD_IDLE_TIMEOUT_MS: milliseconds.prefault('30000').meta({
    description: 'An upload of which nothing has come for this long is ended (408)',
  }),
  MAX_IN_FLIGHT: wholeNumber(1, 100_000).prefault('512').meta({
    description: 'Calls that wait or are under way at once; what comes beyond is refused with 503',
  }),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).prefault('4096').meta({
    description: 'Open connections; more are closed without an answer',
  }),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).optional().meta({
    description:
      'The same of one address, except for those in TRUST_PROXY; by default a quarter of MAX_CONNECTIONS, 20 at least',
  }),
  LIVE_POLL_MS: wholeNumber(10, 60_000).prefault('250').meta({
    description: 'PostgreSQL: how often to look for events while somebody watches live; on SQLite it has no effect',
  }),
  MAX_STREAMS: wholeNumber(1, 100_000).prefault('2000').meta({
    description: 'Live streams that are open at once on this instance; more are refused with 429',
  }),
  MAX_STREAMS_PER_USER: wholeNumber(1, 100_000).prefault('10').meta({
    description: 'The same of one user',
  }),
  BODY_LIMIT: wholeNumber(1024, 104_857_600).prefault('1048576').meta({
    description: 'Largest request body in bytes; most operations take less, by what their fields may hold',
  }),
  BODY_BYTES_IN_FLIGHT: wholeNumber(1_048_576, 10_000_000_000).prefault('67108864').meta({
    description:
      'Bytes of request bodies that are received or worked on at once; more are refused with 503, and one user has an eighth',
  }),
  REQUEST_TIMEOUT_MS: milliseconds.prefault('15000').meta({
    description:
      'Time for the headers of a request to arrive (408), and from then on for its body (408) and its answer (503)',
  }),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds.prefault('72000').meta({
    description: 'How long an idle connection stays open: longer than your load balancer keeps it',
  }),
  SHUTDOWN_TIMEOUT_MS: milliseconds.prefault('20000').meta({
    description: 'Time to finish what is under way after SIGTERM',
  }),
  TRANSACTION_TIMEOUT_MS: milliseconds.prefault('5000').meta({ description: 'Longest a transaction may take' }),
  LONG_STATEMENT_TIMEOUT_MS: milliseconds.prefault('10000').meta({
    description:
      'Longest a statement may take that looks at many tickets: of the search, the queue and its counts, the figures',
  }),
  SQLITE_SYNCHRONOUS: z.enum(['FULL', 'NORMAL'], { error: 'must be FULL or NORMAL' }).default('FULL').meta({
    description:
      '`FULL`: an acknowledged write survives a power cut; `NORMAL`: only a crash of the process, and writes are faster',
  }),
  SQLITE_BUSY_TIMEOUT_MS: milliseconds.prefault('5000').meta({
    description: 'How long to wait for another process that writes to the same file',
  }),
  POOL_MAX: wholeNumber(1, 1000).prefault('10').meta({ description: 'PostgreSQL connections of this instance' }),
  POOL_CONNECT_TIMEOUT_MS: milliseconds.prefault('3000').meta({
    description: 'How long to wait for a connection, new or from the pool',
  }),
  POOL_STATEMENT_TIMEOUT_MS: milliseconds
    .prefault('5000')
    .meta({ description: 'Longest a PostgreSQL statement may take' }),
  POOL_IDLE_IN_TRANSACTION_TIMEOUT_MS: milliseconds.prefault('10000').meta({
    description: 'PostgreSQL ends a transaction that stands still for this long',
  }),
});

type Environment = z.infer<typeof environment>;
export type Config = Environment & { FILE_MAX_BYTES: number };

/** Of a file, unless a user may send less in all. */
const DEFAULT_FILE_BYTES = 10 * 2 ** 20;

/** What is wrong with the environment, one line for each variable. Never holds a value: it could be a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * The configuration that an environment describes. A variable that is set but empty counts as not set.
 *
 * @throws ConfigError with every fault at once.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = environment.safeParse(set);
  const faults = result.success
    ? [
        ...keyFaults(result.data),
        ...roleFaults(result.data),
        ...storeFaults(result.data),
        ...addressFaults(result.data),
        ...consoleFaults(result.data),
        ...fileFaults(result.data),
      ]
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  if (!result.success || faults.length > 0) throw new ConfigError([...new Set(faults)].join('\n'));
  return { ...result.data, FILE_MAX_BYTES: result.data.FILE_MAX_BYTES ?? defaultFileBytes(result.data) };
}

function keyFaults(config: Environment): string[] {
  const keys = keysOf(config);
  if (keys.length > 1) return [`${keys.join(' and ')} are both set: set the one that your tokens are signed for`];
  if (keys.length === 0 && config.NODE_ENV === 'production') {
    return ['JWT_SECRET is not set: in production set JWT_SECRET (at least 32 bytes), JWT_PUBLIC_KEY or JWT_JWKS_URL'];
  }
  if (config.JWT_PUBLIC_KEY !== undefined && publicKeyFromPem(config.JWT_PUBLIC_KEY) === undefined) {
    return ['JWT_PUBLIC_KEY must be a PEM public key: RSA of at least 2048 bits, EC P-256, or Ed25519'];
  }
  return [];
}

/** Which settings say what tokens are signed with. */
function keysOf(config: Environment) {
  return (['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URL'] as const).filter((name) => config[name] !== undefined);
}

function roleFaults({ JWT_AGENT_ROLES, JWT_ADMIN_ROLES }: Environment): string[] {
  const both = JWT_AGENT_ROLES.filter((name) => JWT_ADMIN_ROLES.includes(name));
  return both.length === 0
    ? []
    : ['JWT_AGENT_ROLES and JWT_ADMIN_ROLES have a name in common: it would always be an admin'];
}

function storeFaults(config: Environment): string[] {
  const names = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const isMeant = [...names, 'S3_ENDPOINT' as const].some((name) => config[name] !== undefined);
  return isMeant ? names.filter((name) => config[name] === undefined).map((name) => `${name} must be set as well`) : [];
}

function addressFaults({ PUBLIC_URL, PUBLIC_PATH = '' }: Environment): string[] {
  if (PUBLIC_URL === undefined || new URL(PUBLIC_URL).pathname.replace(/\/$/, '') === PUBLIC_PATH) return [];
  return ['PUBLIC_URL must end with PUBLIC_PATH, the path that your proxy takes off'];
}

function consoleFaults(config: Environment): string[] {
  const { CONSOLE_OIDC_CLIENT_ID, CONSOLE_OIDC_AUTHORITY, JWT_ISSUER = '' } = config;
  if (CONSOLE_OIDC_CLIENT_ID === undefined) return [];
  if (keysOf(config).length === 0)
    return ['CONSOLE_OIDC_CLIENT_ID needs the key of the issuer as well: set JWT_JWKS_URL'];
  if (CONSOLE_OIDC_AUTHORITY !== undefined) return [];
  return url(['https:', 'http:']).safeParse(JWT_ISSUER).success
    ? []
    : ['CONSOLE_OIDC_AUTHORITY must be set as well, as JWT_ISSUER is no address'];
}

/** What a user may send of files, by the names of the limits that there are. */
function userLimits({ FILE_USER_BYTES, RATE_LIMIT_USER_BYTES }: Environment): [name: string, bytes: number][] {
  return Object.entries({ FILE_USER_BYTES, RATE_LIMIT_USER_BYTES }).filter(([, bytes]) => bytes > 0);
}

function defaultFileBytes(config: Environment): number {
  return Math.min(DEFAULT_FILE_BYTES, ...userLimits(config).map(([, bytes]) => bytes));
}

/** No file of the largest size could ever be uploaded. */
function fileFaults(config: Environment): string[] {
  const { FILE_MAX_BYTES: max = 0 } = config;
  return userLimits(config)
    .filter(([, bytes]) => bytes < max)
    .map(([name]) => `FILE_MAX_BYTES must not be above ${name}`);
}
