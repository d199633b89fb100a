import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { provide, REPOSITORY, run, temporaryFolder } from './project.js';

export type PackedClient = typeof import('../../src/client/index.js');

/** `support-api/client` as a frontend has it: out of the tarball that `npm run pack:client` makes. Needs `dist`. */
export async function unpackClient(): Promise<PackedClient & Disposable> {
  const folder = temporaryFolder();
  const unpacked = await installClient(folder.path);
  provide(folder.path, ['@trpc/client', '@trpc/server'], 'copy');
  const client: PackedClient = await import(pathToFileURL(join(unpacked, 'dist/client/index.js')).href);
  return { ...client, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Packs it, and puts it among the packages of a project, which has tRPC itself. Gives its folder. */
export async function installClient(project: string): Promise<string> {
  const unpacked = join(project, 'node_modules/support-api');
  const pack = ['node_modules/tsx/dist/cli.mjs', 'scripts/pack-client.ts', '--out', project];
  await succeed(run(REPOSITORY, process.execPath, pack));
  mkdirSync(unpacked, { recursive: true });
  await succeed(run(project, 'tar', ['-xzf', 'support-api-client.tgz', '-C', unpacked, '--strip-components=1']));
  return unpacked;
}

async function succeed(command: ReturnType<typeof run>): Promise<void> {
  const { code, stderr } = await command;
  if (code !== 0) throw new Error(stderr);
}
