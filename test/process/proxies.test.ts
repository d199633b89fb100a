import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type OpenStream, openStream, STREAMS } from '../support/event-stream.js';
import { freePort } from '../support/free-port.js';
import { readPage } from '../support/markdown.js';
import { openRest } from '../support/surfaces.js';
import { dataOf, openTicket } from '../support/tickets.js';
import { agentToken, customerToken } from '../support/tokens.js';

const METRICS_TOKEN = 'a-token-for-the-metrics';
const operate = readPage('docs/operate.md').text;

/** The block of the documentation that has this in it. */
function example(text: string): string {
  const blocks = [...operate.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  const found = blocks.find((block) => block.includes(text));
  if (found === undefined) throw new Error(`No example with ${text} in docs/operate.md`);
  return found;
}

interface Proxy {
  name: string;
  /** Starts it with the example, at a port of this machine and without TLS. */
  start(example: { folder: string; port: number; instances: string[] }): ChildProcess;
}

const ADDRESSES = ['10.0.0.11:3000', '10.0.0.12:3000'];
const withInstances = (text: string, instances: string[]) =>
  ADDRESSES.reduce((all, address, index) => all.replaceAll(address, instances[index] ?? ''), text);

const PROXIES: Proxy[] = [
  {
    name: 'nginx',
    start({ folder, port, instances }) {
      const servers = withInstances(example('upstream support_api'), instances)
        .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
        .replace(/^ *ssl_certificate.*\n/gm, '');
      const path = join(folder, 'nginx.conf');
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      writeFileSync(
        path,
        `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
        ${process.getuid?.() === 0 ? 'user root;' : ''}
        events { worker_connections 64; }
        http { access_log off; ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')} ${servers} }`,
      );
      const args = ['-c', path, '-e', join(folder, 'error.log')];
      execFileSync('nginx', ['-t', ...args], { stdio: 'pipe' });
      return spawn('nginx', args, { stdio: 'inherit' });
    },
  },
  {
    name: 'caddy',
    start({ folder, port, instances }) {
      const site = withInstances(example('reverse_proxy'), instances).replace(
        'support.example.com',
        `http://127.0.0.1:${port}`,
      );
      const path = join(folder, 'Caddyfile');
      writeFileSync(path, `{\n\tadmin off\n}\n${site}`);
      const env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      return spawn('caddy', ['run', '--config', path, '--adapter', 'caddyfile'], { env, stdio: 'ignore' });
    },
  },
];

describe.each(PROXIES)('behind $name, as docs/operate.md has it', ({ name, start }) => {
  const isThere = spawnSync(name, [name === 'nginx' ? '-v' : 'version']).status === 0;
  // Caddy is in no image of ours.
  if (!isThere && name === 'nginx' && process.env.CI) throw new Error('nginx is missing: install it for this test');
  if (!isThere) process.stdout.write(`Skipped, as ${name} is not installed: live streams behind it\n`);

  describe.runIf(isThere)('live streams', () => {
    let instances: TestApp[];
    let proxy: ChildProcess;
    let folder: string;
    let base: string;
    /** How many streams each instance has open. */
    const used = () =>
      Promise.all(
        instances.map(async ({ url }) => {
          const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
          const text = await (await fetch(`${url}/metrics`, { headers })).text();
          return Number(/^support_streams\{state="used"\} (\d+)$/m.exec(text)?.[1]);
        }),
      );

    beforeAll(async () => {
      const env = { TRUST_PROXY: 'loopback', METRICS_TOKEN };
      const first = await startApp({ engine: 'sqlite', env });
      instances = [first, await startApp({ env: { ...env, DATABASE_URL: first.databaseUrl } })];
      const port = await freePort();
      base = `http://127.0.0.1:${port}`;
      folder = mkdtempSync(join(tmpdir(), 'support-api-proxy-'));
      proxy = start({ folder, port, instances: instances.map(({ url }) => new URL(url).host) });
      await vi.waitFor(async () => expect((await fetch(`${base}/health/ready`)).status).toBe(200), { timeout: 20_000 });
    });
    afterAll(async () => {
      proxy?.kill('SIGTERM');
      for (const instance of instances.toReversed()) await instance[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(STREAMS)(
      'come through event by event over %s, and are given up when the client leaves',
      async (_, stream) => {
        const customer = openRest(base, customerToken('user_1'));
        await using watching = await openStream(base + stream.support(), customerToken('user_1'));
        expect((await watching.value())?.data).toEqual({ type: 'ready', resumed: false });
        for (let round = 0; round < 3; round += 1) {
          const ticketId = await openTicket(customer);
          expect((await watching.value())?.data).toEqual({ type: 'ticket.created', ticketId });
        }
        await watching.close();
        await vi.waitFor(async () => expect(await used()).toEqual([0, 0]), { timeout: 20_000 });
      },
    );

    // The last one: an instance is gone after it.
    it('end when an instance stops, and go on at the other one', async () => {
      const customer = openRest(base, customerToken('user_2'));
      const [[, stream]] = STREAMS as [(typeof STREAMS)[number]];
      const all: OpenStream[] = [];
      // The proxy chooses where each goes.
      while ((await used())[1] === 0) {
        const one = await openStream(base + stream.desk(), agentToken());
        await one.value();
        all.push(one);
      }
      const ticketId = await openTicket(customer);
      const seen = await Promise.all(all.map(async (one) => (await one.values(1))[0]));
      for (const event of seen) expect(event?.data.ticketId).toBe(ticketId);
      const [closed] = await Promise.all([all.at(-1)?.rest(), instances[1]?.app.close()]);
      expect(closed?.at(-1)).toMatchObject({ event: 'end', data: { reason: 'stopping' } });
      dataOf(await vi.waitFor(() => customer.addMessage(ticketId, { message: 'm' })));
      await using again = await openStream(base + stream.desk(seen[0]?.id), agentToken());
      expect((await again.values(2)).map(({ data }) => data.type)).toEqual(['ready', 'message.added']);
      for (const one of all) await one.close();
    });
  });
});
