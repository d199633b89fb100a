import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';

export const REPOSITORY = join(import.meta.dirname, '../..');

/** A folder of its own outside of the repository, where nothing of ours is found by accident. Dispose of it. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'support-api-project-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Puts packages that we have ourselves into a project, as copies (npm may touch them) or as links. */
export function provide(project: string, packages: readonly string[], how: 'copy' | 'link' = 'link'): void {
  for (const name of packages) {
    const target = join(project, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    if (how === 'copy') cpSync(join(REPOSITORY, 'node_modules', name), target, { recursive: true });
    else symlinkSync(join(REPOSITORY, 'node_modules', name), target);
  }
}

/** Puts Node 20's SQLite driver into a copy of the service. A newer Node has its own among the packages. */
export function provideDriver(copy: string): void {
  const packages = 'drivers/node20/node_modules';
  if (!existsSync(join(REPOSITORY, packages))) return;
  mkdirSync(join(copy, 'drivers/node20'), { recursive: true });
  symlinkSync(join(REPOSITORY, packages), join(copy, packages));
}

export interface Finished {
  /** null: a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Its environment is ours, without our settings, and `env`. */
export function run(cwd: string, command: string, args: readonly string[], env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise<Finished>((resolve) => {
    execFile(
      command,
      args,
      { cwd, env: { PATH, HOME, ...env }, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** The compilers that a project may have: the last one in JavaScript, and the native one. */
export const COMPILERS = [
  ['TypeScript 6', 'typescript/bin/tsc6'],
  ['TypeScript 7', 'typescript7/bin/tsc'],
] as const;

export interface Compilation {
  /** `src/walk.ts(3,7): error TS2322: …`, each with the lines that explain it. */
  errors: string[];
  /** Every file that was read for it. */
  files: string[];
}

/** Compiles the project in a folder, by its own tsconfig.json. */
export async function compile(project: string, compiler: string, args: readonly string[] = []): Promise<Compilation> {
  const tsc = join(REPOSITORY, 'node_modules', compiler);
  const { stdout, stderr } = await run(project, process.execPath, [tsc, '--pretty', 'false', '--listFiles', ...args]);
  const lines = `${stdout}${stderr}`.split('\n').filter(Boolean);
  const errors: string[] = [];
  for (const line of lines) {
    if (/(^|: )error TS\d+:/.test(line)) errors.push(line);
    else if (/^\s/.test(line)) errors.push(`${errors.pop() ?? ''}\n${line}`);
  }
  return {
    errors,
    files: lines.filter((line) => /\.[mc]?tsx?$/.test(line) && !line.includes(' error TS')),
  };
}

/** A copy of an example below `root`, in the place that it has in the repository: its relative paths hold. */
export function copyExample(name: string, root: string): string {
  const project = join(root, 'examples', name);
  cpSync(join(REPOSITORY, 'examples', name), project, {
    recursive: true,
    // What is left from trying it in the repository.
    filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
  });
  return project;
}

/** A module of the project as a page would load it: everything in one script, whose exports are `bundle`. */
export async function bundleForBrowser(project: string, entry: string): Promise<{ inputs: string[]; code: string }> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: project,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'bundle',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return { inputs: Object.keys(metafile.inputs), code: outputFiles[0]?.text ?? '' };
}

/** Loads a bundle where there is what every browser has, and no `process`, `Buffer` or `require`. Gives its exports. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the module exports
export function loadAsPage(code: string): any {
  const page = vm.createContext({
    crypto,
    fetch,
    File,
    FormData,
    Headers,
    Request,
    URL,
    URLSearchParams,
    AbortController,
    setTimeout,
    clearTimeout,
  });
  vm.runInContext(code, page);
  return page.bundle;
}

/**
 * Compiles statements that must not compile, one a line below `prelude`, and gives for each what the compiler says. The
 * rest of the project is compiled with them: what is wrong there comes under its own place.
 */
export async function compileWrong(project: string, compiler: string, prelude: string, statements: readonly string[]) {
  const file = join(project, 'src/wrong.ts');
  writeFileSync(file, `${prelude}\n${statements.map((statement) => `void (${statement});\n`).join('')}`);
  const { errors } = await compile(project, compiler, ['--noEmit']);
  rmSync(file);
  const first = prelude.split('\n').length + 1;
  const found: Record<string, string> = {};
  for (const error of errors) {
    const line = /^src[\\/]wrong\.ts\((\d+),/.exec(error)?.[1];
    const place = statements[Number(line) - first] ?? error;
    found[place] = error;
  }
  return found;
}

/** The packages that some files belong to, each once, by name. */
export function packagesOf(files: readonly string[]): string[] {
  const names = files.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
