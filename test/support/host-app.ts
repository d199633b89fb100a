import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { Tab } from './chromium.js';
import { createMigratedDatabase } from './databases.js';
import { freePort } from './free-port.js';
import { REPOSITORY } from './project.js';
import { type RunningServer, startServer } from './start-server.js';
import { startRelay, type TcpRelay } from './tcp-relay.js';
import { TEST_SECRET } from './tokens.js';

interface HostAppOptions {
  port: number;
  supportUrl: string;
  /** How long a token of the bank's is good. */
  tokenSeconds?: number;
}

/** Runs examples/host-app as its `npm start` does. Gives its address: by name, so that it is of another site than the service. */
export async function startHostApp({ port, supportUrl, tokenSeconds = 300 }: HostAppOptions) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['src/main.js'], {
    cwd: `${REPOSITORY}/examples/host-app`,
    env: {
      PATH,
      PORT: String(port),
      SUPPORT_URL: supportUrl,
      JWT_SECRET: TEST_SECRET,
      TOKEN_SECONDS: String(tokenSeconds),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  await once(createInterface({ input: child.stdout }), 'line');
  return {
    url: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      const ended = once(child, 'exit');
      kill();
      await ended;
    },
  };
}

export interface Bank extends AsyncDisposable {
  readonly url: string;
  readonly server: RunningServer;
  readonly databaseUrl: string;
  /** Between browsers and the service. */
  readonly relay: TcpRelay;
  /** A page of the bank's on which this customer is signed in: their password is `<name>-password`. */
  signIn(browser: Browser, name: string, options?: BrowserContextOptions): Promise<Tab>;
}

interface BankOptions {
  engine: 'sqlite' | 'postgresql';
  env?: Record<string, string>;
  tokenSeconds?: number;
}

/** The service, and a page of others that has its widget. */
export async function startBank({ engine, env = {}, tokenSeconds = 300 }: BankOptions): Promise<Bank> {
  const database = await createMigratedDatabase(engine);
  const port = await freePort();
  const server = await startServer({
    env: { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, CORS_ORIGINS: `http://localhost:${port}`, ...env },
  });
  const relay = await startRelay({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  const app = await startHostApp({ port, supportUrl: `http://127.0.0.1:${relay.port}`, tokenSeconds });
  return {
    url: app.url,
    server,
    databaseUrl: database.url,
    relay,
    async signIn(browser, name, options) {
      const tab = await Tab.open(browser, { viewport: { width: 1024, height: 768 }, ...options });
      await signInTo(tab, app.url, name);
      return tab;
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

export async function signInTo({ page }: Tab, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(`${name}-password`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
}
