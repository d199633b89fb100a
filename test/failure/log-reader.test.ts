import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';

/** An id that makes each log line as long as can be. */
const LONG_ID = { 'x-request-id': 'x'.repeat(128) };
/** More than a pipe or a socket pair holds of them. */
const REQUESTS = 4000;

it('a reader of the log that hangs holds up neither requests nor the stop', async () => {
  await using server = await startServer({ env: LOAD_ENV });
  server.output.pause();
  const { get } = restClient(server.url, undefined, LONG_ID);
  for (let n = 0; n < REQUESTS; n += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('/support/categories')));
    for (const { status } of answers) expect(status).toBe(401);
  }
  expect(await server.stop()).toBe(0);
  // It had much more to say than the pipe took.
  expect(server.stdout.length).toBeLessThan(REQUESTS);
});

it('a reader of the log that goes away takes nothing with it', async () => {
  await using database = await createMigratedDatabase('sqlite');
  await using server = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: database.url } });
  const load = startLoad([server.url]);
  await load.until((ledger) => ledger.count('acknowledged') >= 30);
  server.output.destroy();
  await once(server.output, 'close');
  await load.until((ledger) => ledger.count('acknowledged') >= 100);
  const ledger = await load.stop();
  expect(ledger.faults).toEqual([]);
  expect(ledger.count('acknowledged')).toBe(ledger.writes.length - ledger.count('refused'));
  expect((await readBack(server.url, ledger)).contradictions).toEqual([]);
  expect(await server.stop()).toBe(0);
});

it('a reader of the log that went away unnoticed does not keep the process from its end', async () => {
  const logger = join(import.meta.dirname, '../../dist/telemetry/logger.js');
  // Nothing has been written since, so that the exit itself is the first to find out.
  const program = `
    import { createLogger } from ${JSON.stringify(logger)};
    const log = createLogger({ LOG_LEVEL: 'info' });
    process.stdin.once('data', () => {
      for (let n = 0; n < 3; n += 1) log.info({ n }, 'line');
      process.exit(3);
    });
    process.stderr.write('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stderr, 'data');
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.write('go');
  expect(await once(child, 'exit')).toEqual([3, null]);
});

it('a reader of the log that is too slow loses lines, and is told how many', async () => {
  const logger = join(import.meta.dirname, '../../dist/telemetry/logger.js');
  // 12 MB: the pipe and the backlog hold less.
  const written = 60_000;
  const program = `
    import { createLogger } from ${JSON.stringify(logger)};
    const log = createLogger({ LOG_LEVEL: 'info' });
    for (let n = 0; n < ${written}; n += 1) log.info({ n, padding: 'x'.repeat(100) }, 'line');
    process.stderr.write('written');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' });
  await once(child.stderr, 'data');
  const numbers: number[] = [];
  let dropped = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, n, lines } = JSON.parse(line);
    if (msg === 'line') numbers.push(n);
    else {
      dropped = lines;
      child.stdin.end();
    }
  }
  expect(dropped).toBeGreaterThan(0);
  // The oldest are there, in order and whole.
  expect(numbers).toEqual(Array.from({ length: written - dropped }, (_, n) => n));
});

it('what is logged while the line before it is being written follows it, though nothing comes after', async () => {
  const logger = join(import.meta.dirname, '../../dist/telemetry/logger.js');
  // The one thread that writes files waits for a byte on stdin, and the first line for that thread.
  const program = `
    import { read } from 'node:fs';
    import { createLogger } from ${JSON.stringify(logger)};
    const log = createLogger({ LOG_LEVEL: 'info' });
    read(0, Buffer.alloc(1), 0, 1, null, () => {});
    log.info('first');
    setTimeout(() => {
      log.info('second');
      setTimeout(() => process.stderr.write('ready'), 100);
    }, 100);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: 'pipe',
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await once(child.stderr, 'data');
  child.stdin.write('x');
  for (const msg of ['first', 'second']) expect(JSON.parse((await lines.next()).value)).toMatchObject({ msg });
});
