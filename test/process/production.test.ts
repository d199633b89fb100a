import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { lockedPackages } from '../support/lock-file.js';
import { provideDriver } from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';

const root = join(import.meta.dirname, '../..');

it('runs in production from the built output, with the packages of `npm ci --omit=dev --omit=optional` alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-production-'));
  try {
    for (const part of ['dist', 'prisma/migrations', 'openapi.json', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    for (const { path, shipped } of lockedPackages()) {
      // Only top-level ones: those that stand inside another package come with it.
      if (!shipped || path.lastIndexOf('node_modules/') > 0) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }

    provideDriver(folder);

    await using server = await startServer({
      root: folder,
      env: { NODE_ENV: 'production', DATABASE_URL: `file:${join(folder, 'support.db')}`, JWT_SECRET: TEST_SECRET },
    });
    const { status, body } = await restClient(server.url, customerToken('user_123')).post('/support/tickets', {
      subject: 'Unable to make payment',
      description: "I'm experiencing issues making a payment on my loan",
      categoryId: 'category_001',
    });
    expect(status).toBe(200);
    expect(body.data.status).toBe('Open');
    // Every line on stdout is a log line: nothing for people among what machines read.
    for (const line of server.stdout) expect(() => JSON.parse(line)).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
