import { afterEach, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

afterEach(() => void vi.restoreAllMocks());

const ask = ({ url }: TestApp) => fetch(`${url}/health/ready`).then(({ status }) => status);

/** The time that the server sees. */
function stopTime() {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return (ms: number) => {
    now += ms;
  };
}

it('the database is asked once for all who ask within half a second', async () => {
  await using server = await startApp();
  // It really is asked: this only counts.
  const ping = vi.spyOn(server.db, 'ping');
  const pass = stopTime();
  expect(await Promise.all(Array.from({ length: 300 }, () => ask(server)))).toEqual(Array(300).fill(200));
  expect(ping).toHaveBeenCalledTimes(1);
  pass(499);
  expect([await ask(server), ping.mock.calls.length]).toEqual([200, 1]);
  pass(1);
  expect([await ask(server), ping.mock.calls.length]).toEqual([200, 2]);
});

it('all wait for an answer that is under way, however long it takes, and share a failure', async () => {
  await using server = await startApp({ env: { LOG_LEVEL: 'error' } });
  let fail = (_error: Error) => {};
  const answer = new Promise<void>((_resolve, reject) => {
    fail = reject;
  });
  const ping = vi.spyOn(server.db, 'ping').mockReturnValueOnce(answer);
  const pass = stopTime();
  const first = ask(server);
  await vi.waitFor(() => expect(ping).toHaveBeenCalledTimes(1));
  pass(1500);
  const others = [ask(server), ask(server)];
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  fail(new Error('away'));
  expect(await Promise.all([first, ...others])).toEqual([503, 503, 503]);
  pass(499);
  expect([await ask(server), ping.mock.calls.length]).toEqual([503, 1]);
  // Of one failure, one line.
  expect(server.logs).toMatchObject([{ level: 'error', code: 'SERVICE_UNAVAILABLE', err: { message: 'away' } }]);
  pass(1);
  expect([await ask(server), ping.mock.calls.length]).toEqual([200, 2]);
});
