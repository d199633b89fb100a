import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { launchChromium } from '../../test/support/launch-chromium.js';
import { root } from '../browser/sources-hash.js';

// `npm run console:screenshot`: docs/console.png, of the desk that `npm run seed` makes. Needs Chromium, and fonts for the scripts that are
// in it (Debian: fonts-noto-core, fonts-noto-cjk).

const SIZE = { width: 1280, height: 760 };

const folder = mkdtempSync(join(tmpdir(), 'support-api-screenshot-'));
const { NODE_ENV: _, JWT_SECRET: __, ...rest } = process.env;
const env = { ...rest, PORT: '0', DATABASE_URL: `file:${join(folder, 'support.db')}` };
execFileSync('npm', ['run', '--silent', 'seed'], { cwd: root, env, stdio: 'inherit' });
const server = spawn(process.execPath, [join(root, 'dist/main.js')], {
  cwd: folder,
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
  await page.goto(await linkOfGreeting());
  await page
    .getByRole('link', { name: /payment/ })
    .first()
    .waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('mine');
  await page.keyboard.press('Enter');
  await page
    .getByRole('link', { name: /that I did not make/ })
    .first()
    .click();
  await page.getByRole('textbox', { name: 'Reply to customer' }).fill('Your new card is on its way, and should');
  await page.screenshot({ path: join(root, 'docs/console.png') });
} finally {
  await browser.close();
  server.kill('SIGTERM');
  await once(server, 'exit');
  rmSync(folder, { recursive: true });
}

async function linkOfGreeting(): Promise<string> {
  for await (const line of createInterface({ input: server.stdout })) {
    const [link] = /http\S+#token=\S+/.exec(line) ?? [];
    if (link !== undefined) return link;
  }
  throw new Error('The greeting has no link to the console');
}
