import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ env: { LOG_LEVEL: 'error' } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** The path as it is: fetch would take the dots out of it. */
function status(path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(server.url, { path, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    })
      .on('error', reject)
      .end();
  });
}

// Found by the fuzzer: each of these was a 500 and a line in the log about a defect.
describe('the files of the docs page', () => {
  it('are none outside of their folder, or with a name that no file can have', async () => {
    expect(await status('/docs/static/../../../package.json')).toBe(404);
    expect(await status('/docs/static/%2e%2e/%2e%2e/package.json')).toBe(404);
    expect(await status('/docs/static/index.html/%00')).toBe(404);
    expect(server.logs).toEqual([]);
  });

  it.each([
    ['range', 'bytes=99999999-'],
    ['if-match', '"another"'],
    ['if-unmodified-since', 'Tue, 01 Jan 1980 00:00:00 GMT'],
  ])('come whole, whatever %s asks for', async (name, value) => {
    expect(await status('/docs/static/index.css', { [name]: value })).toBe(200);
    expect(server.logs).toEqual([]);
  });
});
