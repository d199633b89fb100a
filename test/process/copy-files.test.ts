import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openFileStore } from '../../src/storage/open-store.js';
import { filesBelow, upload } from '../support/files.js';
import { REPOSITORY, run, temporaryFolder } from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { startS3 } from '../support/s3-server.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { dataOf, NEW_TICKET } from '../support/tickets.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';

const PROGRAM = join(REPOSITORY, 'dist/copy-files.js');
const SIZES = [1, 63, 4_000, 65_536, 300_001, 2_000_000];

type Env = Record<string, string>;
const envFile = (path: string, env: Env): string => {
  writeFileSync(
    path,
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return path;
};
const tokenOf = (user: string) => customerToken(user, { exp: undefined });

/** Files that were acknowledged: by whom, and what. */
type Ledger = Map<string, { user: string; bytes: Buffer }>;

async function uploadOne(server: RunningServer, user: string, ledger: Ledger): Promise<string> {
  const size = SIZES[ledger.size % SIZES.length] ?? 1;
  const bytes = Buffer.from(
    randomBytes(Math.ceil(size / 2))
      .toString('hex')
      .slice(0, size),
  );
  const { fileId } = dataOf(await upload(server.url, tokenOf(user), bytes, { name: 'a.txt' }));
  ledger.set(fileId, { user, bytes });
  return fileId;
}

/** Uploads files and attaches them to a new ticket. */
async function uploadTicket(server: RunningServer, user: string, files: number, ledger: Ledger): Promise<void> {
  const attachments: string[] = [];
  for (let n = 0; n < files; n += 1) attachments.push(await uploadOne(server, user, ledger));
  const { status } = await restClient(server.url, tokenOf(user)).post('/support/tickets', {
    ...NEW_TICKET,
    attachments,
  });
  expect(status).toBe(200);
}

/** Reads every file by its link, as its user, and gives the ids of those that are not as they were sent. */
async function notAsSent(server: RunningServer, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  for (const [fileId, { user, bytes }] of ledger) {
    const { body } = await restClient(server.url, tokenOf(user)).get(`/support/files/${fileId}`);
    const answer = await fetch(new URL(body.data.url, server.url));
    if (answer.status !== 200 || !bytes.equals(Buffer.from(await answer.arrayBuffer()))) wrong.push(fileId);
  }
  return wrong;
}

/** The content of every file below a folder, in short. */
const contents = (folder: string) =>
  filesBelow(folder).map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);

function start(cwd: string, env: Env, args: string[]): ChildProcess {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { PATH, ...env }, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('npm run files:copy', () => {
  it('brings the files of a running service into a bucket, though it is killed, and back', {
    timeout: 300_000,
  }, async () => {
    using folder = temporaryFolder();
    await using s3 = await startS3();
    const database = { DATABASE_URL: `file:${join(folder.path, 'support.db')}`, JWT_SECRET: TEST_SECRET };
    const inFolder = { FILES_FOLDER: join(folder.path, 'files') };
    const inBucket = { ...s3.env, S3_PREFIX: 'support/' };
    const bucket = await openFileStore(loadConfig({ ...database, ...inFolder, ...inBucket }));
    const inTarget = async () => {
      const found: string[] = [];
      for await (const ids of bucket.list()) found.push(...ids);
      return found;
    };
    const copy = (env: Env, ...args: string[]) =>
      run(folder.path, process.execPath, [PROGRAM, ...args], { ...database, ...env });
    const bucketFile = envFile(join(folder.path, 'bucket.env'), inBucket);
    const folderFile = envFile(join(folder.path, 'folder.env'), inFolder);

    const ledger: Ledger = new Map();
    const first = await startServer({ env: { ...database, ...inFolder } });
    for (let n = 0; n < 10; n += 1) await uploadTicket(first, `user_${n}`, 20, ledger);
    expect(ledger.size).toBe(200);

    // Others go on uploading meanwhile: some, as all that they send is copied and read several times below.
    let uploading = true;
    const others = (async () => {
      for (let n = 0; uploading && n < 30; n += 1) await uploadTicket(first, `other_${n}`, 2, ledger);
    })();
    const killed = start(folder.path, { ...database, ...inFolder }, ['--to', bucketFile]);
    const ended = once(killed, 'exit');
    await vi.waitFor(async () => expect((await inTarget()).length).toBeGreaterThan(10), {
      timeout: 30_000,
      interval: 10,
    });
    killed.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const half = (await inTarget()).length;
    expect(half).toBeLessThan(200);

    const again = await copy(inFolder, '--to', bucketFile);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(
      new RegExp(`^From the folder ${inFolder.FILES_FOLDER}\nto   the bucket support-files, support/ `),
    );
    expect(again.stdout).toMatch(
      /The target had \d+ of them\.\nCopied \d+ files, .*\nCompared \d+ that it had; 0 were damaged\.\nAll is there\.\n$/,
    );
    uploading = false;
    await others;
    // After the copy, before the switch.
    await uploadTicket(first, 'user_late', 3, ledger);
    await first.stop();
    const source = contents(inFolder.FILES_FOLDER);

    await using second = await startServer({ env: { ...database, ...inFolder, ...inBucket } });
    await uploadTicket(second, 'user_new', 3, ledger);
    const last = await copy({ ...inFolder, ...inBucket }, '--from', folderFile, '--new-only');
    expect(last).toMatchObject({ code: 0, stderr: '' });
    expect(last.stdout).toContain('What the target had was not compared.\nAll is there.');
    expect(await notAsSent(second, ledger)).toEqual([]);
    expect((await inTarget()).sort()).toEqual([...ledger.keys()].sort());
    expect(contents(inFolder.FILES_FOLDER)).toEqual(source);

    const backFile = envFile(join(folder.path, 'back.env'), { FILES_FOLDER: join(folder.path, 'back') });
    expect(await copy({}, '--from', bucketFile, '--to', backFile)).toMatchObject({ code: 0, stderr: '' });
    await second.stop();
    await using third = await startServer({ env: { ...database, FILES_FOLDER: join(folder.path, 'back') } });
    expect(await notAsSent(third, ledger)).toEqual([]);
  });

  it('names files that the source has lost or damaged, and ends with 1', async () => {
    using folder = temporaryFolder();
    const env = { DATABASE_URL: `file:${join(folder.path, 'support.db')}`, JWT_SECRET: TEST_SECRET };
    const ledger: Ledger = new Map();
    await using server = await startServer({ env });
    await uploadTicket(server, 'user_1', 5, ledger);
    const paths = filesBelow(join(folder.path, 'files'));
    const [lost = '', damaged = ''] = paths;
    rmSync(lost);
    writeFileSync(damaged, Buffer.alloc(statSync(damaged).size, 'x'));
    const other = envFile(join(folder.path, 'other.env'), { FILES_FOLDER: 'other' });
    const { code, stdout, stderr } = await run(folder.path, process.execPath, [PROGRAM, '--to', other], env);
    const idOf = (path: string) => path.slice(path.lastIndexOf('file_'));
    expect(stderr.trim().split('\n').sort()).toEqual([
      `${idOf(lost)}: not in the source, not in the target`,
      `${idOf(damaged)}: damaged in the source, not in the target`,
    ]);
    expect(stdout).toContain('Copied 3 files');
    expect(stdout).toMatch(/The target does not have 2 files, or not whole: their ids are above\.\n$/);
    expect(code).toBe(1);
  });

  it('refuses what it can’t do in plain lines, and says what to do', async () => {
    using folder = temporaryFolder();
    await using s3 = await startS3();
    const env = { DATABASE_URL: `file:${join(folder.path, 'support.db')}`, JWT_SECRET: TEST_SECRET };
    const refusal = async (args: string[], settings: Env = {}) => {
      const file = envFile(join(folder.path, 'a.env'), settings);
      const { code, stderr } = await run(
        folder.path,
        process.execPath,
        [PROGRAM, ...args.map((arg) => (arg === 'FILE' ? file : arg))],
        env,
      );
      expect(code).toBe(1);
      expect(stderr).not.toMatch(/\n\s+at /);
      return stderr.replaceAll('support-api: ', '').trim();
    };
    expect(await refusal(['--to', 'FILE'], { FILES_FOLDER: 'x' })).toContain('Migrations are pending');
    const server = await startServer({ env });
    await uploadTicket(server, 'user_1', 1, new Map());
    await server.stop();

    expect(await refusal([])).toContain('npm run files:copy -- --to <file>');
    expect(await refusal(['--too', 'FILE'])).toContain("Unknown option '--too'");
    expect(await refusal(['--to', 'nowhere.env'])).toContain('ENOENT');
    expect(await refusal(['--to', 'FILE'], { S3_BUCKT: 'typo' })).toBe(
      `${join(folder.path, 'a.env')} must set FILES_FOLDER, or S3_BUCKET and its keys. The service has its files in the folder ${join(folder.path, 'files')}`,
    );
    expect(await refusal(['--to', 'FILE'], { S3_BUCKET: 'b-1' })).toContain(
      'a.env: S3_ACCESS_KEY_ID must be set as well',
    );
    expect(await refusal(['--to', 'FILE'], { FILES_FOLDER: './files/' })).toBe(
      `Both are the folder ${join(folder.path, 'files')}`,
    );
    const wrong = { ...s3.env, S3_SECRET_ACCESS_KEY: 'wrong-secret' };
    expect(await refusal(['--to', 'FILE'], wrong)).toContain(
      'The files of the target can’t be listed: S3 has answered 403 (SignatureDoesNotMatch) to a GET',
    );
    mkdirSync(join(folder.path, 'empty'));
    expect(await refusal(['--from', 'FILE', '--to', 'FILE'], { FILES_FOLDER: 'empty' })).toContain('Both are');
    const { stderr } = await run(
      folder.path,
      process.execPath,
      [
        PROGRAM,
        '--from',
        envFile(join(folder.path, 'e.env'), { FILES_FOLDER: 'empty' }),
        '--to',
        envFile(join(folder.path, 'f.env'), { FILES_FOLDER: 'new' }),
      ],
      env,
    );
    expect(stderr).toBe('support-api: The source has no files: is it the one, and is it mounted? Nothing was copied\n');
  });
});
