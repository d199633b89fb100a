import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** What every scanner takes for malware, and what it is not (https://www.eicar.org). In two parts, so that none takes this file for it. */
export const EICAR = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD'.concat('-ANTIVIRUS-TEST-FILE!$H+H*'));

/** The only thing that it knows: no signatures are downloaded. */
const SIGNATURE = '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test';

/** Most bytes that it looks at. */
export const CLAMD_MAX = 1_000_000;

export interface ClamdServer extends AsyncDisposable {
  readonly port: number;
  /** For CLAMD_URL. */
  readonly urls: { tcp: string; unix: string };
}

/** A real clamd that we start, where it is installed; undefined elsewhere, but in CI, where it has to be. */
export async function startClamd(): Promise<ClamdServer | undefined> {
  if (spawnSync('clamd', ['--version']).status !== 0) {
    if (process.env.CI) throw new Error('clamd is missing: install clamav-daemon for this test');
    process.stdout.write('Skipped, as clamd is not installed: uploads that are looked at for malware\n');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'support-api-clamd-'));
  const port = await freePort();
  const local = join(folder, 'clamd.ctl');
  mkdirSync(join(folder, 'db'));
  writeFileSync(join(folder, 'db/test.hdb'), `${SIGNATURE}\n`);
  const settings = {
    Foreground: 'yes',
    TCPAddr: '127.0.0.1',
    TCPSocket: port,
    LocalSocket: local,
    DatabaseDirectory: join(folder, 'db'),
    TemporaryDirectory: folder,
    StreamMaxLength: CLAMD_MAX,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(join(folder, 'clamd.conf'), lines.join(''));
  const child = spawn('clamd', ['--config-file', join(folder, 'clamd.conf')], { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  while (child.exitCode === null && !(await listens(port))) await new Promise((resolve) => setTimeout(resolve, 50));
  if (child.exitCode !== null) throw new Error(`clamd has ended with ${child.exitCode}`);
  return {
    port,
    urls: { tcp: `tcp://127.0.0.1:${port}`, unix: `unix:${local}` },
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      if (child.exitCode === null) {
        kill();
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return connected;
}
