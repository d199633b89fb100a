import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
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
  provideDriver,
  REPOSITORY,
  run,
  temporaryFolder,
} from '../support/project.js';
import { startServer } from '../support/start-server.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';

const NATIVE = COMPILERS[1][1];

/** What the example prints, whoever runs it. */
const WALK = new RegExp(
  [
    'created (ticket_[0-9a-f-]{36}) in Payment Issues',
    'open: Unable to make payment \\(High\\)',
    "user_123: I've tried multiple times but still getting an error",
    'closed, Closed',
    'the ticket is closed: open a new one',
    '',
  ].join('\\n'),
);

const work = temporaryFolder();
afterAll(() => work[Symbol.dispose]());

describe('the client alone, as `npm run pack:client` makes it', () => {
  const root = join(work.path, 'alone');
  let project: string;
  beforeAll(async () => {
    mkdirSync(root);
    const packed = await run(REPOSITORY, process.execPath, [
      'node_modules/tsx/dist/cli.mjs',
      'scripts/pack-client.ts',
      '--out',
      root,
    ]);
    expect(packed.stderr).toBe('');
    project = copyExample('typed-client', root);
    // npm's own installation of the tarball, without the network: what the registry would give is there already, and the
    // compiler is ours.
    provide(project, ['@trpc/client', '@trpc/server'], 'copy');
    const manifest = join(project, 'package.json');
    const { devDependencies: _, ...bare } = JSON.parse(readFileSync(manifest, 'utf8'));
    writeFileSync(manifest, JSON.stringify(bare));
    const cache = join(work.path, 'empty-cache');
    const options = ['--offline', '--legacy-peer-deps', '--cache', cache];
    expect(await run(project, 'npm', ['install', ...options])).toMatchObject({ code: 0 });
    provide(project, ['@types/node', 'undici-types'], 'copy');
  });

  it('brings tRPC and nothing of the server into a project', () => {
    const { packages } = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'));
    expect(Object.keys(packages).sort()).toEqual([
      'node_modules/@trpc/client',
      'node_modules/@trpc/server',
      'node_modules/support-api',
    ]);
  });

  it.each(COMPILERS)('compiles with %s under strict, and a wrong use does not', async (_name, compiler) => {
    const config = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'));
    expect(config.compilerOptions).toMatchObject({ strict: true, skipLibCheck: false });
    const ticket = `subject: 's', description: 'd', categoryId: 'category_001'`;
    const wrong: [code: string, error: RegExp][] = [
      [`support.tickets.create.mutate({ ${ticket}, attachment: ['file_id_123'] })`, /'attachment'/],
      [`support.tickets.create.mutate({ ${ticket}, priority: 'Urgent' })`, /"Urgent"/],
      [`support.tickets.create.mutate({ subject: 's', description: 'd' })`, /'categoryId' is missing/],
      [`support.tickets.create.mutate({ ${ticket}, attachments: 'file_id_123' })`, /'string' is not assignable/],
      [`support.tickets.list.query({ status: 'In progress' })`, /"In progress"/],
      [`support.tickets.list.query({ page: '1' })`, /'string' is not assignable to type 'number/],
      [`support.messages.add.mutate({ ticketId: 't', text: 'm' })`, /'text'/],
      [`support.tickets.get.mutate({ ticketId: 't' })`, /'mutate'/],
      [`support.tickets.remove.mutate({ ticketId: 't' })`, /'remove'/],
      [`(await support.tickets.get.query({ ticketId: 't' })).agent`, /'agent'/],
      [`(await support.tickets.get.query({ ticketId: 't' })).assignedAgent.length`, /possibly 'null'/],
      [`supportError(undefined)?.code === 'TICKET_CLOSE'`, /no overlap/],
      [`support.tickets.create.mutate({ ${ticket} }, withIdempotencyKey(5))`, /'number' is not assignable/],
      [`support.tickets.create.mutate({ ${ticket} }, { idempotencyKey: 'k' })`, /'idempotencyKey' does not exist/],
      [`uploadFile('a.png')`, /'string' is not assignable/],
      [`uploadFile(new Blob(), { onProgress: ({ percent }) => percent })`, /'percent' does not exist/],
      [`(await uploadFile(new Blob())).id`, /'id' does not exist/],
    ];
    const prelude = `import { createSupportClient, supportError, withIdempotencyKey } from 'support-api/client';
      const { support, uploadFile } = createSupportClient({ url: '', token: '' });`;
    const found = await compileWrong(
      project,
      compiler,
      prelude,
      wrong.map(([code]) => code),
    );
    // And nothing else is wrong: not the example, not the declarations of the package.
    expect(found).toEqual(Object.fromEntries(wrong.map(([code, error]) => [code, expect.stringMatching(error)])));
  });

  it('talks to a running server', async () => {
    expect((await compile(project, NATIVE)).errors).toEqual([]);
    await using server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const env = { BASE_URL: server.url, TOKEN: customerToken('user_123') };
    const { code, stdout, stderr } = await run(project, process.execPath, ['dist/main.js'], env);
    expect(stderr).toBe('');
    expect(stdout).toMatch(WALK);
    expect(code).toBe(0);
  });

  it('says what is missing when there is no token', async () => {
    const { code, stderr } = await run(project, process.execPath, ['dist/main.js']);
    expect(stderr).toContain('Set TOKEN to a bearer token');
    expect(code).toBe(1);
  });

  describe('in a browser', () => {
    /** What a page pays for the client, tRPC's included, minified; and over the wire. Raise it knowingly. */
    const LIMIT = { bytes: 37_000, gzipped: 13_000 };

    it('bundles the client and tRPC, and no code of the server', async () => {
      const { inputs, code } = await bundleForBrowser(project, 'src/walk.ts');
      expect(packagesOf(inputs)).toEqual(['@trpc/client', '@trpc/server', 'support-api']);
      // Of our own output nothing but the client: what else there is are types.
      expect(inputs.filter((path) => path.includes('node_modules/support-api/'))).toEqual([
        'node_modules/support-api/dist/client/event-source.js',
        'node_modules/support-api/dist/client/upload-file.js',
        'node_modules/support-api/dist/client/index.js',
      ]);
      expect(inputs.filter((path) => /adapters|observable\/server/.test(path))).toEqual([]);
      expect(code).not.toMatch(/prisma|fastify|sqlite|node:/i);
      expect(Buffer.byteLength(code)).toBeLessThan(LIMIT.bytes);
      expect(gzipSync(code).length).toBeLessThan(LIMIT.gzipped);
    });

    it('needs nothing but what every browser has', async () => {
      const { code } = await bundleForBrowser(project, 'src/walk.ts');
      await using server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
      const lines: string[] = [];
      await loadAsPage(code).walk(server.url, customerToken('user_123'), (line: string) => lines.push(line));
      expect(`${lines.join('\n')}\n`).toMatch(WALK);
    });
  });
});

describe('the whole package, as `npm pack` makes it', () => {
  let project: string;
  let unpacked: string;
  beforeAll(async () => {
    const root = join(work.path, 'whole');
    project = copyExample('typed-client', root);
    unpacked = join(project, 'node_modules/support-api');
    mkdirSync(join(project, 'node_modules'));
    const packed = await run(REPOSITORY, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', root]);
    expect(packed).toMatchObject({ code: 0 });
    expect(await run(root, 'tar', ['-xzf', packed.stdout.trim()])).toMatchObject({ code: 0 });
    renameSync(join(root, 'package'), unpacked);
    // Those that it says it depends on: one that it forgot isn't there.
    const { dependencies } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
    provide(unpacked, Object.keys(dependencies));
    provideDriver(unpacked);
    provide(project, ['@types/node', 'undici-types'], 'copy');
  });

  it('has the same client, and whoever compiles against it reads no type of the server', async () => {
    const { errors, files } = await compile(project, NATIVE);
    expect(errors).toEqual([]);
    // The server's packages can all be found from there: a type of theirs in the router's would show here.
    const compilers = /^(@types\/node|undici-types|typescript|@typescript\/.*)$/;
    const packages = packagesOf(files).filter((name) => !compilers.test(name));
    expect(packages).toEqual(['@trpc/client', '@trpc/server', 'support-api']);
  });

  it('is a server that starts, and that the client in it talks to', async () => {
    await using server = await startServer({ root: unpacked, env: { JWT_SECRET: TEST_SECRET } });
    const env = { BASE_URL: server.url, TOKEN: customerToken('user_123') };
    expect(await run(project, process.execPath, ['dist/main.js'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(WALK),
    });
  });
});
