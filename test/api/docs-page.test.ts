import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readOpenApiDocument } from '../../src/http/openapi/read-document.js';
import { startApp, type TestApp } from '../support/app.js';
import { openConnection, type RawConnection } from '../support/raw-connection.js';
import { waitFor } from '../support/wait-for.js';

// What a browser would do with the page, without a browser: load what it names, and obey its policy.

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const TYPES: Record<string, RegExp> = {
  css: /^text\/css/,
  js: /^(text|application)\/javascript/,
  png: /^image\/png/,
};

describe.each(['/docs', '/docs/'])('GET %s', (path) => {
  const load = async () => {
    const answer = await fetch(server.url + path);
    return { answer, html: await answer.text() };
  };
  const parts = (html: string) => [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url as string);

  it('is a page that needs no token', async () => {
    const { answer, html } = await load();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(html).toContain('<title>Support API</title>');
  });

  it('finds all its parts on this server, each of the type that a browser insists on', async () => {
    const { html } = await load();
    expect(parts(html).length).toBeGreaterThan(4);
    for (const part of parts(html)) {
      const url = new URL(part, server.url + path);
      expect(url.origin).toBe(server.url);
      const answer = await fetch(url);
      expect(answer.status, part).toBe(200);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-type'), part).toMatch(TYPES[part.split('.').at(-1) ?? ''] as RegExp);
      const text = await answer.text();
      if (part.endsWith('.css')) expect(text).not.toMatch(/@import|url\(\s*["']?(https?:)?\/\//);
      // The libraries name the addresses of standards; what tells them what to load must name none.
      if (part.includes('initializer')) expect(text.replace(/\/\/ .*/g, '')).not.toMatch(/https?:/);
    }
  });

  it('may not load or call anything else: its policy says so', async () => {
    const { answer } = await load();
    const policy = answer.headers.get('content-security-policy') ?? '';
    const directives = Object.fromEntries(
      policy.split(';').map((directive) => {
        const [name = '', ...sources] = directive.trim().split(/\s+/);
        return [name, sources];
      }),
    );
    expect(directives['default-src']).toEqual(["'none'"]);
    expect(directives['script-src']).toEqual(["'self'"]);
    expect(directives['connect-src']).toEqual(["'self'"]);
    expect(directives['frame-ancestors']).toEqual(["'none'"]);
    for (const sources of Object.values(directives)) {
      for (const source of sources) expect(["'self'", "'none'", 'data:']).toContain(source);
    }
  });

  it('has nothing in it that this policy would stop', async () => {
    const { html } = await load();
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
    expect(
      [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map(([, inline]) => inline?.trim()),
    ).not.toContainEqual(expect.stringMatching(/\S/));
  });
});

it('the page shows the same document as /openapi.json', async () => {
  const shown = await (await fetch(`${server.url}/docs/json`)).json();
  const published = await fetch(`${server.url}/openapi.json`);
  expect(published.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await published.text()).toBe(readOpenApiDocument());
  expect(shown).toEqual(JSON.parse(readOpenApiDocument()));
});

interface Stuck {
  connection: RawConnection;
  /** The server's side. */
  peer: Socket;
}

/** Connections from an address on which more is asked for than the buffers of both sides hold, and nothing is read. */
async function askWithoutReading(path: string, count: number, localAddress: string): Promise<Stuck[]> {
  const stuck: Stuck[] = [];
  for (let n = 0; n < count; n += 1) {
    const accepted = once(server.app.server, 'connection') as Promise<[Socket]>;
    const connection = await openConnection(server.url, { localAddress });
    onTestFinished(() => connection[Symbol.dispose]());
    connection.stopReading();
    connection.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(200));
    const [peer] = await accepted;
    stuck.push({ connection, peer });
  }
  return stuck;
}

const hasUnsent = ({ peer }: Stuck) => peer.writableLength > 0;

/** Waits until so many have an answer that doesn't leave: nothing has left since it was looked at the last time. */
async function untilUnsent(stuck: readonly Stuck[], count: number): Promise<void> {
  let before = -1;
  await waitFor(() => {
    const left = stuck.reduce((sum, { peer }) => sum + peer.bytesWritten - peer.writableLength, 0);
    const isSettled = left === before;
    before = left;
    return isSettled && stuck.filter(hasUnsent).length === count;
  });
}

it.each(['/openapi.json', '/docs/json'])('answers with %s that nobody reads share one copy of it', async (path) => {
  const before = process.memoryUsage().arrayBuffers;
  await untilUnsent(await askWithoutReading(path, 8, '127.0.0.1'), 8);
  const length = Buffer.byteLength(readOpenApiDocument());
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * length);
});

it.each(['/openapi.json', '/docs/static/swagger-ui-bundle.js'])(
  'one address has eight answers like %s under way, and others do not wait for them',
  async (path) => {
    const stuck = await askWithoutReading(path, 9, '127.0.0.2');
    await untilUnsent(stuck, 8);
    // From another address.
    expect((await fetch(server.url + path)).status).toBe(200);
    const waiting = stuck.filter((one) => !hasUnsent(one));
    expect(waiting).toHaveLength(1);
    stuck.find(hasUnsent)?.connection[Symbol.dispose]();
    await untilUnsent(waiting, 1);
  },
);

it('there is no other form of the document', async () => {
  const answer = await fetch(`${server.url}/docs/yaml`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

it('the page does not keep the token, nor ask an outside validator', async () => {
  const initializer = await (await fetch(`${server.url}/docs/static/swagger-initializer.js`)).text();
  expect(initializer).toMatch(/"?validatorUrl"?:\s*null/);
  expect(initializer).not.toMatch(/persistAuthorization"?:\s*true/);
});

it('other answers stay under the policy that allows nothing', async () => {
  const { headers } = await fetch(`${server.url}/support/categories`);
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  expect(headers.get('content-security-policy')).not.toContain("'self'");
});
