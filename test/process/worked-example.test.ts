import { appendFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage } from '../support/markdown.js';
import { COMPILERS, compile, provideDriver, REPOSITORY, run, temporaryFolder } from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

// docs/add-a-procedure.md, done in a copy of the service as it says, and nothing else.

const [SHAPES = '', WITH_MODELS = '', WITH_SQL = '', ENTRY = ''] = readPage('docs/add-a-procedure.md')
  .blocks.filter(({ language }) => language === 'ts')
  .map(({ code }) => code);

const WAYS = [
  ['models', WITH_MODELS, ENTRY, `import { transacting } from '../procedure/scope.js';`],
  ['typed SQL', WITH_SQL, ENTRY.replace('transacting(', 'writing('), ''],
] as const;

/** The service with the procedure in it. */
interface Example {
  root: string;
  server: RunningServer;
}

const examples = new Map<string, Example>();
const folders = WAYS.map(() => temporaryFolder());

beforeAll(async () => {
  for (const [index, [way, verb, entry, builder]] of WAYS.entries()) {
    const root = folders[index]?.path ?? '';
    writeExample(root, { verb, entry, builder });
    expect((await compile(root, COMPILERS[1][1], ['-p', 'tsconfig.build.json'])).errors).toEqual([]);
    examples.set(way, { root, server: await startServer({ root, env: { JWT_SECRET: TEST_SECRET } }) });
  }
}, 180_000);
afterAll(async () => {
  for (const { server } of examples.values()) await server[Symbol.asyncDispose]();
  for (const folder of folders) folder[Symbol.dispose]();
});

function writeExample(root: string, { verb, entry, builder }: { verb: string; entry: string; builder: string }): void {
  const at = (path: string) => join(root, path);
  for (const part of [
    'src',
    'prisma/migrations',
    'openapi.json',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    cpSync(join(REPOSITORY, part), at(part), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), at('node_modules'));
  provideDriver(root);

  appendFileSync(at('src/tickets/schemas.ts'), `\n${SHAPES}`);
  writeFileSync(at('src/tickets/change-priority.ts'), verb);
  const router = readFileSync(at('src/tickets/router.ts'), 'utf8');
  const list = 'export const ticketsRouter = router({\n';
  expect(router).toContain(list);
  writeFileSync(
    at('src/tickets/router.ts'),
    `${builder}
     import { changePriority } from './change-priority.js';
     import { changePriorityInput, changePriorityOutput } from './schemas.js';
     ${router.replace(list, `${list}${entry}`)}`,
  );
}

describe.each(WAYS)('the worked example, with %s', (way) => {
  let server: RunningServer;
  let root: string;
  beforeAll(() => {
    ({ server, root } = examples.get(way) as Example);
  });

  async function openTicket(token: string): Promise<string> {
    const ticket = { subject: 's', description: 'd', categoryId: 'category_001' };
    return (await restClient(server.url, token).post('/support/tickets', ticket)).body.data.ticketId;
  }

  it('is served over REST, in the envelope, with the checks that every operation has', async () => {
    const token = customerToken('user_1');
    const ticketId = await openTicket(token);
    const path = `/support/tickets/${ticketId}`;
    const api = restClient(server.url, token);
    expect((await api.patch(path, { priority: 'Critical' })).body).toEqual({
      success: true,
      statusCode: 200,
      data: { ticketId, priority: 'Critical', updatedAt: expect.stringMatching(/Z$/) },
      error: null,
    });
    expect((await api.get(path)).body.data.priority).toBe('Critical');

    const wrong = await api.patch(path, { priority: 'Urgent' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.error).toMatchObject({ message: 'Invalid ticket data', details: [{ path: 'priority' }] });
    expect((await restClient(server.url).patch(path, { priority: 'Low' })).status).toBe(401);
    const other = await restClient(server.url, customerToken('user_2')).patch(path, { priority: 'Low' });
    expect(other.body.error).toEqual({ code: 'NOT_FOUND', message: 'Ticket not found' });
    expect((await restClient(server.url, agentToken()).patch(path, { priority: 'High' })).status).toBe(200);

    await api.post(`${path}/close`);
    expect((await api.patch(path, { priority: 'Low' })).body.error.code).toBe('TICKET_CLOSED');
    expect((await api.get(path)).body.data.priority).toBe('High');
  });

  it('is served over tRPC', async () => {
    const token = customerToken('user_3');
    const ticketId = await openTicket(token);
    const { status, body } = await restClient(server.url, token).post('/trpc/support.tickets.changePriority', {
      ticketId,
      priority: 'Low',
    });
    expect(status).toBe(200);
    expect(body.result.data).toMatchObject({ ticketId, priority: 'Low' });
  });

  it('stands in the document that `npm run openapi` makes', async () => {
    const script = `import { openApiDocument } from './dist/http/openapi/document.js';
    import { appRouter } from './dist/router.js';
    console.log(JSON.stringify(openApiDocument(appRouter)));`;
    const { stdout, stderr } = await run(root, process.execPath, ['--input-type=module', '--eval', script]);
    expect(stderr).toBe('');
    const { paths } = JSON.parse(stdout);
    const operation = paths['/support/tickets/{ticketId}'].patch;
    expect(operation.operationId).toBe('changePriority');
    expect(Object.keys(operation.responses)).toEqual([
      '200',
      '400',
      '401',
      '404',
      '408',
      '413',
      '414',
      '415',
      '422',
      '429',
      '431',
      '500',
      '503',
    ]);
    expect(operation.requestBody.content['application/json'].example).toEqual({ priority: 'Critical' });
  });
});
