import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bundleForBrowser,
  COMPILERS,
  compile,
  compileWrong,
  copyExample,
  loadAsPage,
  packagesOf,
  provide,
  REPOSITORY,
  run,
  temporaryFolder,
} from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape is what is looked at
type Json = any;

const NATIVE = COMPILERS[1][1];

const WALK = new RegExp(
  [
    '^uploaded error\\.txt, 26 bytes of text/plain',
    'created (ticket_[0-9a-f-]{36}) in Payment Issues',
    'open: Unable to make payment \\(High\\)',
    "user_123: I've tried multiple times but still getting an error",
    'error\\.txt: The payment page says E-42',
    'closed, Closed',
    'the ticket is closed: open a new one\n$',
  ].join('\\n'),
);

const PRELUDE = `import createClient from 'openapi-fetch';
  import type { paths } from './schema.js';
  const api = createClient<paths>({ baseUrl: '' });`;

const work = temporaryFolder();
let server: RunningServer;
let project: string;
beforeAll(async () => {
  project = copyExample('rest-client', work.path);
  mkdirSync(join(project, 'node_modules'));
  provide(project, ['openapi-fetch', 'openapi-typescript-helpers', '@types/node', 'undici-types'], 'copy');
  server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  work[Symbol.dispose]();
});

describe('the client that openapi-typescript and openapi-fetch make', () => {
  it('is generated from openapi.json as it is: run `npm run openapi` after a change', async () => {
    const generated = join(work.path, 'schema.d.ts');
    const generate = ['node_modules/openapi-typescript/bin/cli.js', 'openapi.json', '--output', generated];
    expect(await run(REPOSITORY, process.execPath, generate)).toMatchObject({ code: 0 });
    const committed = join(REPOSITORY, 'examples/rest-client/src/schema.d.ts');
    expect(readFileSync(committed, 'utf8')).toBe(readFileSync(generated, 'utf8'));
  });

  it.each(COMPILERS)('compiles with %s under strict, and a wrong use does not', async (_name, compiler) => {
    const config = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'));
    expect(config.compilerOptions).toMatchObject({ strict: true, skipLibCheck: false });
    const ticket = `subject: 's', description: 'd', categoryId: 'category_001'`;
    const params = `params: { path: { ticketId: 't' } }`;
    const wrong: [code: string, error: RegExp][] = [
      [`api.POST('/support/tickets', { body: { ${ticket}, priority: 'Urgent' } })`, /"Urgent"/],
      [`api.POST('/support/tickets', { body: { subject: 's', description: 'd' } })`, /'categoryId' is missing/],
      [`api.POST('/support/tickets')`, /Expected 2 arguments/],
      [`api.GET('/support/tickets', { params: { query: { status: 'In progress' } } })`, /"In progress"/],
      [`api.GET('/support/tickets/{ticketId}', {})`, /'params' is missing/],
      [`api.GET('/support/ticket', {})`, /"\/support\/ticket"/],
      [`api.POST('/support/tickets/{ticketId}/messages', { ${params}, body: { text: 'm' } })`, /'text'/],
      [`(await api.GET('/support/tickets')).data?.data[0]?.description`, /'description'/],
      [`(await api.GET('/support/categories')).error?.error.code === 'TICKET_CLOSE'`, /no overlap/],
    ];
    const found = await compileWrong(
      project,
      compiler,
      PRELUDE,
      wrong.map(([code]) => code),
    );
    expect(found).toEqual(Object.fromEntries(wrong.map(([code, error]) => [code, expect.stringMatching(error)])));
  });

  it('leaves out what has a default', async () => {
    const minimal = `api.POST('/support/tickets', { body: { subject: 's', description: 'd', categoryId: 'c' } })`;
    expect(await compileWrong(project, NATIVE, PRELUDE, [minimal])).toEqual({});
  });

  it('talks to a running server', async () => {
    expect((await compile(project, NATIVE)).errors).toEqual([]);
    const env = { BASE_URL: server.url, TOKEN: customerToken() };
    expect(await run(project, process.execPath, ['dist/main.js'], env)).toEqual({
      code: 0,
      stdout: expect.stringMatching(WALK),
      stderr: '',
    });
  });

  it('runs in a browser as it is', async () => {
    const { inputs, code } = await bundleForBrowser(project, 'src/walk.ts');
    expect(packagesOf(inputs)).toEqual(['openapi-fetch']);
    const lines: string[] = [];
    const token = customerToken('user_of_a_page');
    await loadAsPage(code).walk(server.url, token, (line: string) => lines.push(line));
    expect(`${lines.join('\n')}\n`.replace('user_of_a_page', 'user_123')).toMatch(WALK);
  });
});

describe('openapi.json', () => {
  it('gives as the example of a 400 what each operation really answers', async () => {
    const { paths } = JSON.parse(readFileSync(join(REPOSITORY, 'openapi.json'), 'utf8'));
    for (const [path, methods] of Object.entries<Json>(paths)) {
      const api = restClient(server.url, path.startsWith('/desk') ? adminToken() : customerToken());
      for (const [method, { parameters = [], requestBody, responses }] of Object.entries<Json>(methods)) {
        const url = path.replace('{priority}', 'High').replaceAll(/\{\w+\}/g, 'ticket_123');
        const example = requestBody?.content['application/json']?.example;
        const required = parameters.filter(({ in: place, required }: Json) => place === 'query' && required);
        const query = new URLSearchParams(required.map(({ name, example }: Json) => [name, example]));
        query.append('attachment', 'file_id_123');
        const answer =
          method === 'get' || method === 'delete' || requestBody?.content['application/octet-stream'] !== undefined
            ? await api.call(method.toUpperCase(), `${url}?${query}`)
            : await api.call(method.toUpperCase(), url, { ...example, attachment: 'file_id_123' });
        expect(answer.body).toEqual(responses['400'].content['application/json'].examples.BAD_REQUEST.value);
      }
    }
  });
});

describe('curl.sh', () => {
  it('walks through the documented examples', async () => {
    const env = { BASE_URL: server.url, TOKEN: customerToken('user_of_curl') };
    const walk = await run(REPOSITORY, 'sh', ['examples/curl.sh'], env);
    expect(walk).toMatchObject({ code: 0, stderr: '' });
    expect(walk.stdout).toMatch(/All six operations answered as documented, and the file came back\.\n$/);
  });

  it('stops at the first surprise, and says what it was', async () => {
    const env = { BASE_URL: server.url, TOKEN: 'no-token' };
    const walk = await run(REPOSITORY, 'sh', ['examples/curl.sh'], env);
    expect(walk.code).toBe(1);
    expect(walk.stdout).toContain('"code":"UNAUTHORIZED"');
    expect(walk.stderr).toContain('Expected "success":true');
  });
});

describe('desk.sh', () => {
  const TOKENS = {
    TOKEN: customerToken('user_of_desk'),
    AGENT_TOKEN: agentToken('agent_of_desk'),
    ADMIN_TOKEN: adminToken('admin_of_desk'),
  };
  const walk = (tokens: Record<string, string>) =>
    run(REPOSITORY, 'sh', ['examples/desk.sh'], { BASE_URL: server.url, ...tokens });

  it('walks through a day at the desk, and again', async () => {
    for (const time of ['first', 'second']) {
      const day = await walk(TOKENS);
      expect({ time, ...day }).toMatchObject({ time, code: 0, stderr: '' });
      expect(day.stdout).toMatch(/The day is over: ticket_\S+ was dealt with\.\n$/);
    }
  });

  it('stops at the first surprise, and says what it was', async () => {
    const day = await walk({ ...TOKENS, ADMIN_TOKEN: TOKENS.AGENT_TOKEN });
    expect(day.code).toBe(1);
    expect(day.stdout).toContain('"code":"FORBIDDEN"');
    expect(day.stderr).toContain('Expected "success":true');
  });
});
