// @ts-check
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Installs the SQLite driver of a Node without Node-API 10, in this folder: `npm ci` runs it there by package.json's
// `postinstall`. By a package-lock.json of its own: npm can't choose a version by the Node that it runs on. A newer Node
// is spared it, and with it the compiler that better-sqlite3 12 asks for (docs/decisions/0020-sqlite-drivers.md).

const folder = import.meta.dirname;
const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));

if (!isInstalled()) {
  // By the npm that runs this, where one does.
  const running = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined;
  const [command, args] = running === undefined ? ['npm', []] : [process.execPath, [running]];
  const { status, error } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
    // Windows has npm as a script.
    shell: running === undefined && process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(
      `better-sqlite3 ${manifest.dependencies['better-sqlite3']} could not be installed in ${folder}${error ? `: ${error.message}` : ''}.\n` +
        'On Node 20 it needs a prebuilt binary from GitHub, or python3, make and a C++ compiler. Node 22.14 and newer need neither.\n',
    );
    process.exit(1);
  }
}

/** Whether the right version is here, and runs on this Node: to compile it takes a minute. */
function isInstalled() {
  try {
    const require = createRequire(`${folder}/`);
    if (require('./node_modules/better-sqlite3/package.json').version !== manifest.dependencies['better-sqlite3'])
      return false;
    const Driver = require('./node_modules/better-sqlite3');
    new Driver(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
