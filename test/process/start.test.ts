import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/databases.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'support-api-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a built entry to its end. */
function run(entry: string, env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../dist', entry)],
      {
        env: { PATH, HOST: '127.0.0.1', PORT: '0', DATABASE_URL: `file:${join(folder, 'support.db')}`, ...env },
        cwd: folder,
        timeout: 30_000,
      },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('a start that cannot be', () => {
  const faults: [string, Record<string, string>, RegExp][] = [
    ['no key in production', { NODE_ENV: 'production' }, /JWT_SECRET is not set.*at least 32 bytes/],
    ['a weak key', { NODE_ENV: 'production', JWT_SECRET: 'short' }, /JWT_SECRET must be at least 32 bytes/],
    [
      'two keys',
      { JWT_SECRET: TEST_SECRET, JWT_JWKS_URL: 'https://id.example.com/jwks' },
      /JWT_SECRET and JWT_JWKS_URL are both set/,
    ],
    ['a key that is none', { JWT_PUBLIC_KEY: 'nonsense' }, /JWT_PUBLIC_KEY must be a PEM public key/],
    ['a port that is none', { PORT: '80x' }, /PORT must be a whole number from 0 to 65535/],
    ['a database that is none', { DATABASE_URL: 'mysql://localhost/x' }, /DATABASE_URL must be file:<path>/],
    ['a database that is away', { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, /DATABASE_URL.*ECONNREFUSED/],
    // Linux only; elsewhere there is no such folder either. Node's own recursive mkdir never returns there.
    [
      'a folder that nobody can make',
      { JWT_SECRET: TEST_SECRET, DATABASE_URL: 'file:/proc/nope/a/x.db' },
      /\/proc\/nope/,
    ],
    ['one for the secret as well', { DATABASE_URL: 'file:/proc/nope/a/x.db' }, /no development secret can be kept at/],
    ['migrations that were not applied', { MIGRATE_ON_START: 'false' }, /npm run migrate/],
  ];

  it.each(faults)('%s: one plain line, and not 0', async (_what, env, line) => {
    const { code, stderr } = await run('main.js', env);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('says all faults of the configuration at once, and no value', async () => {
    const { stderr } = await run('main.js', { PORT: 'secret-value', LOG_LEVEL: 'secret-value' });
    expect(stderr).toMatch(/PORT must/);
    expect(stderr).toMatch(/LOG_LEVEL must/);
    expect(stderr).not.toContain('secret-value');
  });

  it('a port that is taken: one plain line', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await run('main.js', { PORT: String(port) });
    other.close();
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/EADDRINUSE/);
    expect(code).toBe(1);
  });
});

describe('the development secret', () => {
  it('is made once beside the database, for its owner alone', async () => {
    const env = { DATABASE_URL: `file:${join(folder, 'support.db')}`, JWT_SECRET: '' };
    const path = join(folder, 'development-jwt-secret');
    const first = await startServer({ env });
    const secret = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await first.stop();
    const second = await startServer({ env });
    expect(readFileSync(path, 'utf8')).toBe(secret);
    await second.stop();
  });
});

describe('npm run migrate', () => {
  it('applies what is pending, once, and then a start without migrations works', async () => {
    const env = { MIGRATE_ON_START: 'false', JWT_SECRET: TEST_SECRET };
    expect(await run('migrate.js', env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Applied: \d{14}_init/),
    });
    expect(await run('migrate.js', env)).toMatchObject({ code: 0, stdout: 'Nothing to apply\n' });
    await using server = await startServer({ env: { ...env, DATABASE_URL: `file:${join(folder, 'support.db')}` } });
    expect((await restClient(server.url).get('/health/ready')).status).toBe(200);
  });
});

describe.each(['sqlite', 'postgresql'] as const)('instances that start at once on an empty %s database', (engine) => {
  it('all serve, on one set of tables', async () => {
    await using database = await createTestDatabase(engine);
    const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET };
    const servers = await Promise.all([1, 2, 3].map(() => startServer({ env })));
    try {
      const token = customerToken('user_123');
      for (const { url } of servers) {
        const created = await restClient(url, token).post('/support/tickets', {
          subject: 's',
          description: 'd',
          categoryId: 'category_001',
        });
        expect(created.status).toBe(200);
      }
      for (const { url } of servers) {
        const { body } = await restClient(url, token).get('/support/tickets');
        expect(body.data).toHaveLength(servers.length);
      }
    } finally {
      for (const server of servers) await server.stop();
    }
  });
});
