import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { openStream } from '../support/event-stream.js';
import { PNG, upload } from '../support/files.js';
import { freePort } from '../support/free-port.js';
import { dataOf } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const METRICS_TOKEN = 'a-token-for-the-metrics';

/** nginx is not on every machine; in CI it must be. */
const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx && process.env.CI) throw new Error('nginx is missing: install it for this test');
if (!hasNginx) process.stdout.write('Skipped, as nginx is not installed: the service below a path of a proxy\n');

describe.runIf(hasNginx)('behind nginx at /helpdesk/, with PUBLIC_PATH', () => {
  let server: TestApp;
  let nginx: ChildProcess;
  let folder: string;
  let base: string;

  beforeAll(async () => {
    server = await startApp({
      engine: 'sqlite',
      env: { PUBLIC_PATH: '/helpdesk', TRUST_PROXY: 'loopback', METRICS_TOKEN },
    });
    const port = await freePort();
    base = `http://127.0.0.1:${port}/helpdesk`;
    folder = mkdtempSync(join(tmpdir(), 'support-api-nginx-'));
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      events { worker_connections 64; }
      http {
        access_log off;
        client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
        uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        server {
          listen 127.0.0.1:${port};
          location /helpdesk/ {
            proxy_pass ${server.url}/;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          }
        }
      }`,
    );
    execFileSync('nginx', ['-t', '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'pipe' });
    nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'inherit' });
    await vi.waitFor(async () => expect((await fetch(`${base}/health/live`)).status).toBe(200), { timeout: 20_000 });
  });
  afterAll(async () => {
    nginx.kill('SIGTERM');
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['/docs', '/docs/'])('the page at %s finds all its parts', async (path) => {
    const html = await (await fetch(base + path)).text();
    const parts = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, part]) => part as string);
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts) {
      const url = new URL(part, base + path);
      expect([url.pathname, (await fetch(url)).status]).toEqual([expect.stringMatching(/^\/helpdesk\/docs\//), 200]);
    }
    // What the page reads the document from.
    const document = await (await fetch(`${base}/docs/json`)).json();
    expect(document).toMatchObject({ servers: [{ url: '/helpdesk' }] });
  });

  it('the console finds its parts, and whom to ask', async () => {
    const html = await (await fetch(`${base}/console/tickets/ticket_1`)).text();
    expect(html).toContain('<base href="/helpdesk/console/">');
    const parts = [...html.matchAll(/(?:src|href)="\.\/([^"]*)"/g)].map(([, part]) => part as string);
    expect(parts.length).toBe(3);
    for (const part of parts) expect((await fetch(`${base}/console/${part}`)).status).toBe(200);
  });

  it('the widget is there', async () => {
    const answer = await fetch(`${base}/widget/v1.js`);
    expect([answer.status, answer.headers.get('cross-origin-resource-policy')]).toEqual([200, 'cross-origin']);
  });

  it('a live stream comes through event by event, and is given up when its client leaves', async () => {
    await using watching = await openStream(`${base}/support/events/stream`, customerToken('watcher'));
    expect((await watching.value())?.data).toEqual({ type: 'ready', resumed: false });
    const headers = { authorization: `Bearer ${customerToken('watcher')}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ subject: 's', description: 'd', categoryId: 'category_001' });
    const answer = await fetch(`${base}/support/tickets`, { method: 'POST', headers, body });
    const { ticketId } = ((await answer.json()) as { data: { ticketId: string } }).data;
    expect((await watching.value())?.data).toEqual({ type: 'ticket.created', ticketId });
    await watching.close();
    await vi.waitFor(async () => {
      const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
      const text = await metrics.text();
      expect(text).toContain('support_streams{state="used"} 0');
    });
  });

  it('openapi.json says where the server is', async () => {
    expect(await (await fetch(`${base}/openapi.json`)).json()).toMatchObject({ servers: [{ url: '/helpdesk' }] });
  });

  it.each([
    ['path alone', {}, /^\/helpdesk\/support\/files\//],
    ['whole address', { PUBLIC_URL: 'yes' }, /^http:\/\/127\.0\.0\.1:\d+\/helpdesk\/support\/files\//],
  ])('links to files lead through the proxy, by their %s', async (_what, env, form) => {
    const settings = {
      PUBLIC_PATH: '/helpdesk',
      ...server.sharedEnv,
      ...('PUBLIC_URL' in env && { PUBLIC_URL: base }),
    };
    await using behind = await startApp({ engine: 'sqlite', env: settings });
    const token = customerToken();
    const { fileId } = dataOf(await upload(`${base}`, token, PNG));
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${behind.url}/support/files/${fileId}`, { headers });
    const { url } = ((await answer.json()) as { data: { url: string } }).data;
    expect(url).toMatch(form);
    expect(Buffer.from(await (await fetch(new URL(url, base))).arrayBuffer())).toEqual(PNG);
  });

  it('Link leads to the next page through the proxy', async () => {
    const headers = { authorization: `Bearer ${customerToken()}`, 'content-type': 'application/json' };
    for (let ticket = 0; ticket < 3; ticket++) {
      const body = JSON.stringify({ subject: 's', description: 'd', categoryId: 'category_001' });
      expect((await fetch(`${base}/support/tickets`, { method: 'POST', headers, body })).status).toBe(200);
    }
    const first = await fetch(`${base}/support/tickets?limit=2`, { headers });
    const next = /<([^>]*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(next).toBe('/helpdesk/support/tickets?page=2&limit=2');
    const second = (await (await fetch(new URL(next, base), { headers })).json()) as { data: unknown[] };
    expect(second.data).toHaveLength(1);
  });
});
