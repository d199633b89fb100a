import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configTable, settings, withConfigTable } from '../../scripts/config-table.js';
import { environment } from '../../src/config/config.js';
import { ERRORS } from '../../src/errors/app-error.js';
import { appRouter } from '../../src/router.js';
import { readPage, readPages, tableRows, target } from '../support/markdown.js';
import { COMPILERS, compile, REPOSITORY, temporaryFolder } from '../support/project.js';

const pages = readPages();
const eachPage = pages.map((page) => [page.path, page] as const);
const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));

const code = (text: string) => `\`${text}\``;

/** The sources of some folders as one text: does a name occur anywhere? */
function sources(...folders: string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(js|ts|sh|prisma)$/.test(name) && !/generated|node_modules|dist/.test(name))
        .map((name) => readFileSync(join(REPOSITORY, folder, name), 'utf8')),
    )
    .join('\n');
}

describe('the table of errors', () => {
  it('has each code as the code has it, in its order, and no other', () => {
    const documented = tableRows(readPage('docs/errors.md').text, 'Code').map((row) => row.slice(0, 4));
    expect(documented).toEqual(
      Object.entries(ERRORS).map(([name, { status, trpc, message }]) => [
        code(name),
        String(status),
        code(trpc),
        message,
      ]),
    );
  });
});

describe('the table of settings', () => {
  it('is what `npm run docs:config` makes of the schema', () => {
    const { text } = readPage('docs/configuration.md');
    expect(text).toBe(withConfigTable(text));
  });

  it('has all settings, and no other', () => {
    const documented = tableRows(readPage('docs/configuration.md').text, 'Variable').map(([name]) => name);
    expect(documented).toEqual(settings.map(code));
  });

  it('of the README has names and defaults of the whole one', () => {
    const whole = new Map(tableRows(configTable(), 'Variable').map(([name, value]) => [name, value]));
    for (const [names = '', defaults = ''] of tableRows(readPage('README.md').text, 'Variable')) {
      const each = names.split(', ');
      for (const name of each) expect(whole.has(name), name).toBe(true);
      const values = defaults.split(', ');
      if (defaults.startsWith('`')) expect(values).toEqual(each.map((name) => whole.get(name)));
    }
  });
});

describe('the table of operations', () => {
  const rows = tableRows(readPage('docs/api.md').text, 'REST');
  const { paths } = JSON.parse(readFileSync(join(REPOSITORY, 'openapi.json'), 'utf8'));

  it('has the REST operations of openapi.json', () => {
    const operations = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => code(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)),
    );
    expect(rows.map(([rest]) => rest).sort()).toEqual(operations.sort());
  });

  it('has the procedures of the router', () => {
    const procedures = Object.keys(appRouter._def.procedures).map(code);
    expect(rows.map(([, procedure]) => procedure).sort()).toEqual(procedures.sort());
  });
});

describe('links', () => {
  it.each(eachPage)('of %s lead somewhere', (_path, page) => {
    for (const link of page.links) {
      if (/^https?:/.test(link)) continue;
      const { file, anchor } = target(page, link);
      expect(existsSync(join(REPOSITORY, file)), `${link}: no such file`).toBe(true);
      if (anchor !== undefined) expect(readPage(file).anchors, `${link}: no such heading`).toContain(anchor);
    }
  });

  it('lead to every page of docs/', () => {
    const linked = new Set(pages.flatMap((page) => page.links.map((link) => target(page, link).file)));
    for (const { path } of pages.filter((page) => page.path.startsWith('docs/'))) expect(linked).toContain(path);
  });

  it('lead from the architecture to every decision', () => {
    const page = readPage('docs/architecture.md');
    const linked = page.links.map((link) => target(page, link).file);
    for (const file of readdirSync(join(REPOSITORY, 'docs/decisions'))) {
      expect(linked).toContain(`docs/decisions/${file}`);
    }
  });
});

describe('npm scripts', () => {
  it.each(eachPage)('that %s names exist', (_path, { text }) => {
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name);
    for (const name of named) expect(Object.keys(manifest.scripts)).toContain(name);
  });

  it('that messages and comments in the sources name exist', () => {
    const named = [...sources('src', 'scripts', 'examples').matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)];
    for (const [, name] of named) expect(Object.keys(manifest.scripts)).toContain(name);
  });

  it('are all in CONTRIBUTING, but for those that run with others', () => {
    const { text } = readPage('CONTRIBUTING.md');
    const own = Object.keys(manifest.scripts).filter((name) => !/^(pre|post)[a-z]/.test(name));
    for (const name of own) expect(text).toMatch(new RegExp(`\\bnpm (run )?${name}\\b`));
  });
});

describe('names', () => {
  // Settings, error codes, other variables: whatever shouts with an underscore. SQLite's own codes are in no source.
  const known = sources('src', 'scripts', 'test/support', 'examples');

  it.each(eachPage)('in capitals that %s names occur in the sources', (_path, { text }) => {
    const names = new Set(text.match(/\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/g));
    for (const code of ['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_READONLY']) names.delete(code);
    for (const name of names) expect(known.includes(name), name).toBe(true);
  });

  it.each(eachPage)('that %s sets to something are settings, and good values of theirs', (_path, { text }) => {
    const assignments = text.matchAll(/(?<![\w.?&-])([A-Z][A-Z0-9_]+)=([^\s`]*)/g);
    for (const [assignment, name = '', value = ''] of assignments) {
      if (['TOKEN', 'AGENT_TOKEN', 'ADMIN_TOKEN', 'BASE_URL', 'WEBHOOK_SECRET'].includes(name)) continue;
      expect(settings, assignment).toContain(name);
      if (value.includes('…')) continue;
      const field = environment.shape[name as keyof typeof environment.shape];
      expect(field.safeParse(value).error?.issues ?? [], assignment).toEqual([]);
    }
  });
});

describe('TypeScript in the docs', () => {
  // The worked example is compiled, and run, where it belongs: in test/process/worked-example.test.ts.
  const blocks = pages
    .filter(({ path }) => path !== 'docs/add-a-procedure.md')
    .flatMap((page) => page.blocks.filter(({ language }) => language === 'ts').map((block) => ({ ...block, page })));

  it('compiles against the client', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'src'));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder.path, 'node_modules'));
    const paths = { 'support-api/client': [join(REPOSITORY, 'src/client/index.ts')] };
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2024', 'dom'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      allowJs: true,
      noEmit: true,
      paths,
    };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    writeFileSync(join(folder.path, 'package.json'), JSON.stringify({ type: 'module' }));
    // What a block may take for granted; one that says it itself hides these.
    writeFileSync(
      join(folder.path, 'src/reader.d.ts'),
      `import type { SupportClient } from 'support-api/client';
       declare global {
         const support: SupportClient['support'];
         const ticketId: string;
         const message: string;
         function offerNewTicket(): void;
       }`,
    );
    expect(blocks.length).toBeGreaterThan(1);
    for (const [index, { code, page }] of blocks.entries()) {
      const name = `${page.path.replaceAll(/\W/g, '_')}_${index}.ts`;
      writeFileSync(join(folder.path, 'src', name), `${code}\nexport {};\n`);
    }
    expect((await compile(folder.path, COMPILERS[1][1])).errors).toEqual([]);
  });
});

describe('examples', () => {
  it.each(['typed-client', 'rest-client'])('%s takes the versions that we test with', (example) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(REPOSITORY, 'examples', example, 'package.json'), 'utf8'),
    );
    const ours = { ...manifest.dependencies, ...manifest.devDependencies };
    // openapi-typescript wants TypeScript 5; the other example has the native compiler, which we call typescript7.
    const { typescript } = devDependencies;
    if (example === 'rest-client') expect(typescript).toMatch(/^\^5\./);
    else expect(ours.typescript7).toBe(`npm:typescript@${typescript.slice(1)}`);
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      if (name === 'typescript' || name === 'support-api') continue;
      expect(version, name).toBe(`^${ours[name]}`);
    }
  });
});
