import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { REPOSITORY, run, temporaryFolder } from '../support/project.js';

// .ci/run itself, with an npm and a git that do what a test wants instead of the work: it must tell the truth about each step.

const CHECKS = 15;

/** FAIL: the script that fails. REPORT, CLIENTS, NODE: what vitest reports of each of its runs. DRIFT: a file that its generator changes. HANG: it waits. */
const NPM = `#!/bin/sh
for option in "$@"; do case $option in --outputFile.json=*|--report=*) out=\${option#*=} ;; esac; done
case "$*" in
  test*) [ -z "\${HANG:-}" ] || { echo hanging; exec sleep 600; }
         [ -z "\${REPORT:-}" ] || printf '%s' "$REPORT" > "$out" ;;
  *test:clients*) [ -z "\${CLIENTS:-}" ] || printf '%s' "$CLIENTS" > "$out" ;;
  *test:node*) [ -z "\${NODE:-}" ] || printf '%s' "$NODE" > "$out" ;;
  *openapi) [ -z "\${DRIFT:-}" ] || echo changed >> "$DRIFT" ;;
esac
[ -z "\${FAIL:-}" ] || case "$*" in *"$FAIL"*) exit 1 ;; esac
`;

const GIT = `#!/bin/sh
printf %s "\${COMMITTED:-}"
`;

const TSX = `#!/bin/sh
[ "\${FAIL:-}" != smoke ]
`;

const report = (passed: number, failed: number, testResults: object[] = []) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults });

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  const program = (path: string, text: string) => {
    mkdirSync(join(folder.path, path, '..'), { recursive: true });
    writeFileSync(join(folder.path, path), text);
    chmodSync(join(folder.path, path), 0o755);
  };
  cpSync(join(REPOSITORY, '.ci/run'), join(folder.path, '.ci/run'));
  program('bin/npm', NPM);
  program('bin/git', GIT);
  program('node_modules/.bin/tsx', TSX);
  for (const file of ['openapi.json', 'docs/configuration.md', 'examples/rest-client/src/schema.d.ts']) {
    mkdirSync(join(folder.path, file, '..'), { recursive: true });
    writeFileSync(join(folder.path, file), 'as committed\n');
  }
});
afterEach(() => folder[Symbol.dispose]());

const environment = (env: Record<string, string>) => ({
  CLIENTS: report(20, 0),
  NODE: report(10, 0),
  ...env,
  PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
});
const ci = async (env: Record<string, string>) => {
  const { code, stdout } = await run(folder.path, 'bash', ['.ci/run'], environment(env));
  const lines = stdout.trimEnd().split('\n');
  return { code, last: lines.at(-1), failed: lines.filter((line) => line.startsWith('- ')) };
};

it('counts the tests, and each check as one', async () => {
  expect(await ci({ REPORT: report(300, 0) })).toMatchObject({ code: 0, last: `${360 + CHECKS} passed, 0 failed` });
});

it.each([
  ['one of the calls of generated clients fails', { CLIENTS: report(19, 1) }, 359, 1],
  ['generated clients report nothing', { CLIENTS: '' }, 340, 1],
  ['a test fails on each other Node', { NODE: report(9, 1) }, 356, 4],
  ['no other Node reports anything', { NODE: '' }, 320, 4],
])('fails when %s', async (_what, reports, passed, failed) => {
  const expected = `${passed + CHECKS} passed, ${failed} failed`;
  expect(await ci({ REPORT: report(300, 0), ...reports })).toMatchObject({ code: 1, last: expected });
});

it.each([
  'ci',
  '--prefix',
  'test',
  'test:clients',
  'test:node',
  'lint',
  'typecheck',
  'openapi',
  'docs:config',
  'smoke',
])('fails when %s fails', async (FAIL) => {
  const { code, last } = await ci({ REPORT: report(300, 0), FAIL });
  expect(code).toBe(1);
  expect(last).toMatch(/^\d+ passed, [1-9]\d* failed$/);
});

it.each(['openapi.json', 'examples/rest-client/src/schema.d.ts'])(
  'fails when %s is not what its generator makes',
  async (DRIFT) => {
    const { code, last } = await ci({ REPORT: report(300, 0), DRIFT });
    expect(code).toBe(1);
    expect(last).toMatch(/, 1 failed$/);
  },
);

it('fails when something generated is committed', async () => {
  const COMMITTED = 'src/db/generated/client.ts';
  expect(await ci({ REPORT: report(300, 0), COMMITTED })).toEqual({
    code: 1,
    failed: ['- drift: generated files'],
    last: `${360 + CHECKS - 1} passed, 1 failed`,
  });
});

// Whatever npm test itself exits with.
it.each([
  ['a failed test', report(299, 1), '299 passed, 1'],
  [
    'a file that could not be loaded',
    report(300, 0, [{ name: 'a', status: 'failed', assertionResults: [] }]),
    '300 passed, 1',
  ],
  ['no test at all', report(0, 0), '0 passed, 1'],
  ['no report', '', '0 passed, 1'],
  ['half a report', report(300, 0).slice(0, -5), '0 passed, 1'],
])('fails with %s in the report', async (_what, REPORT, counts) => {
  const [passed, failed] = counts.split(' passed, ').map(Number);
  const expected = `${(passed ?? 0) + 60 + CHECKS} passed, ${failed} failed`;
  expect(await ci({ REPORT })).toMatchObject({ code: 1, last: expected });
});

it('names what failed, a line each, at the end', async () => {
  const file = (name: string, rest: object) => ({ name: join(folder.path, 'test', name), status: 'failed', ...rest });
  const REPORT = report(2, 1, [
    file('tickets.test.ts', {
      assertionResults: [
        { status: 'failed', fullName: 'opens a ticket', failureMessages: ['AssertionError: no\n  at line 3'] },
        { status: 'passed', fullName: 'closes it', failureMessages: [] },
      ],
    }),
    file('broken.test.ts', { message: 'Cannot find module\nx', assertionResults: [] }),
  ]);
  expect(await ci({ REPORT, FAIL: 'lint' })).toMatchObject({
    failed: [
      '- test/tickets.test.ts: opens a ticket: AssertionError: no',
      '- test/broken.test.ts: Cannot find module',
      '- lint',
    ],
    last: `${62 + CHECKS - 1} passed, 3 failed`,
  });
});

it('closes with its counts when it is ended by a signal', async () => {
  const child = spawn('bash', ['.ci/run'], { cwd: folder.path, env: environment({ HANG: 'yes' }), stdio: 'pipe' });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'hanging') child.kill('SIGTERM');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(lines.slice(-3)).toEqual(['== INTERRUPTED: npm test', '', '1 passed, 1 failed']);
  expect(code).toBe(1);
});
