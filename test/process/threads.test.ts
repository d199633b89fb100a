import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { agentToken, TEST_SECRET } from '../support/tokens.js';

/** V8's, by default (node --help: --v8-pool-size). */
const HELPERS = 4;
/** Of the scale of niceness. */
const LOWEST = 19;

/** The niceness of a thread (proc_pid_stat(5)): fields come after the name, which may have spaces in it. */
function niceness(pid: number, thread: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}

/** How many threads of a process go behind its main one, as far as the scale of niceness goes. */
function behind(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  const expected = Math.min(LOWEST, niceness(pid, pid) + 10);
  return threads.filter((thread) => niceness(pid, thread) === expected).length;
}

describe.runIf(process.platform === 'linux')('the threads of a server', () => {
  it('go behind that of the event loop: V8’s helpers, and those of long reads', async () => {
    await using server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const atStart = behind(server.pid);
    expect(atStart).toBeGreaterThanOrEqual(HELPERS);
    expect(niceness(server.pid, server.pid)).toBe(niceness(process.pid, process.pid));
    expect((await restClient(server.url, agentToken()).get('/desk/search?q=payment')).status).toBe(200);
    expect(behind(server.pid)).toBeGreaterThan(atStart);
  });

  it('have the lowest priority at most', () => {
    const priority = join(REPOSITORY, 'src/event-loop/priority.mjs');
    const code = `import { getPriority } from 'node:os';
      import { runBehindEventLoop } from ${JSON.stringify(priority)};
      runBehindEventLoop();
      console.log(getPriority());`;
    const arguments_ = ['-n', '12', process.execPath, '--input-type=module', '--eval', code];
    expect(Number(execFileSync('nice', arguments_, { encoding: 'utf8' }))).toBe(LOWEST);
  });
});
