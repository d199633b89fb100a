import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import {
  browserFiles,
  consoleFiles,
  findCycle,
  type Import,
  importsOf,
  packageName,
  parse,
  sourceFiles,
  widgetFiles,
} from '../support/import-graph.js';
import { readPage, tableRows } from '../support/markdown.js';
import { REPOSITORY } from '../support/project.js';

const files = sourceFiles();
const imports = files.flatMap(importsOf);
const local = imports.filter(({ isPackage }) => !isPackage);
const packages = imports.filter(({ isPackage }) => isPackage);

const PROGRAMS = ['copy-files.ts', 'main.ts', 'migrate.ts', 'reindex.ts'];
const FEATURE_ROUTERS = files.filter((file) => /^[^/]+\/(.+\/)?(\w+-)?router\.ts$/.test(file));
const FEATURES = [...new Set(FEATURE_ROUTERS.map((file) => `${file.split('/')[0]}/`))];

/** The module that a file stands in: its folder, or the file itself at the top. */
const moduleOf = (file: string) => (file.includes('/') ? `${file.split('/')[0]}/` : file);
const show = ({ from, to }: Import) => `${from} → ${to}`;
/** Programs of their own, for browsers, and what they share. */
const BROWSER = ['browser/', 'console/', 'widget/'];
const isNodes = (name: string) => name.startsWith('node:') || builtinModules.includes(name);

describe('docs/architecture.md', () => {
  const { text } = readPage('docs/architecture.md');
  const names = (cell = '') => [...cell.matchAll(/`([\w-]+(?:\.ts|\/))`/g)].map(([, name]) => name as string);
  const platform = tableRows(text, 'Platform');
  const modules = [...tableRows(text, 'Where'), ...platform].map(([where, , may = '']) => ({
    modules: names(where),
    named: names(may),
    allowed: [...names(may), ...(may.includes('the platform') ? platform.flatMap(([module]) => names(module)) : [])],
    anything: may.startsWith('anything'),
    typesOnly: may.startsWith('types of'),
  }));

  it('has every module, once', () => {
    const documented = modules.flatMap((row) => row.modules).sort();
    expect(documented).toEqual(
      [...new Set([...files, ...browserFiles(), ...consoleFiles(), ...widgetFiles()].map(moduleOf))].sort(),
    );
  });

  const ofService = modules.filter((row) => !row.modules.some((name) => BROWSER.includes(name)));
  it.each(ofService.map((row) => [row.modules.join(', '), row] as const))('says what %s imports', (_name, row) => {
    const outgoing = local.filter(
      ({ from, to }) => row.modules.includes(moduleOf(from)) && moduleOf(to) !== moduleOf(from),
    );
    if (!row.anything) {
      expect(outgoing.filter(({ to }) => !row.allowed.includes(moduleOf(to))).map(show)).toEqual([]);
    }
    if (row.typesOnly) expect(outgoing.filter(({ typeOnly }) => !typeOnly).map(show)).toEqual([]);
    // Nor does it say what is no longer so.
    expect(row.named.filter((module) => !outgoing.some(({ to }) => moduleOf(to) === module))).toEqual([]);
  });
});

describe('imports', () => {
  it('never go in a circle, not even as types', () => {
    expect(findCycle(imports)).toBeUndefined();
  });

  it('never go back to the programs, nor to the app from anything below it', () => {
    expect(local.filter(({ to }) => PROGRAMS.includes(to)).map(show)).toEqual([]);
    expect(local.filter(({ to }) => to === 'app.ts').map(({ from }) => from)).toEqual(['main.ts']);
  });

  it('of features never reach HTTP, nor those of HTTP a feature', () => {
    const isFeature = (file: string) => FEATURES.includes(moduleOf(file));
    const isHttp = (file: string) => moduleOf(file) === 'http/';
    expect(local.filter(({ from, to }) => isFeature(from) && isHttp(to)).map(show)).toEqual([]);
    expect(local.filter(({ from, to }) => isHttp(from) && isFeature(to)).map(show)).toEqual([]);
  });

  it('of the client are types, and tRPC', () => {
    const ofClient = imports.filter(({ from }) => moduleOf(from) === 'client/');
    const others = ofClient.filter(({ to }) => to !== '@trpc/client' && moduleOf(to) !== 'client/');
    expect(others.filter(({ typeOnly }) => !typeOnly).map(show)).toEqual([]);
  });

  it('of packages at run time are of those that package.json lists as dependencies', () => {
    const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    const atRunTime = packages.filter(({ to, typeOnly }) => !typeOnly && !isNodes(to));
    expect(atRunTime.filter(({ to }) => !(packageName(to) in dependencies)).map(show)).toEqual([]);
  });
});

describe('what browsers share', () => {
  it('imports nothing, and is of the console and the widget alone', () => {
    expect(browserFiles().flatMap(importsOf).map(show)).toEqual([]);
    expect(local.filter(({ to }) => moduleOf(to) === 'browser/').map(show)).toEqual([]);
  });
});

describe('the console', () => {
  const ofConsole = consoleFiles().flatMap(importsOf);

  it('is made of the published client, three tables without imports, what browsers share, and its own files', () => {
    expect(ofConsole.length).toBeGreaterThan(100);
    const outside = ofConsole.filter(
      ({ to, isPackage }) => !isPackage && !['browser/', 'console/'].includes(moduleOf(to)),
    );
    const tables = ['events/event-types.ts', 'macros/placeholders.ts', 'tickets/lifecycle.ts'];
    expect([...new Set(outside.map(({ to }) => to))].sort()).toEqual(tables);
    expect(
      ofConsole.filter(({ to, isPackage }) => isPackage && packageName(to) === 'support-api').map(({ to }) => to),
    ).toContain('support-api/client');
    expect(tables.flatMap(importsOf)).toEqual([]);
  });

  it('brings packages that only the build needs: none of them is installed with the service', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    const names = new Set(ofConsole.filter(({ isPackage }) => isPackage).map(({ to }) => packageName(to)));
    // tRPC is of the service as well.
    for (const own of ['support-api', '@trpc/client']) names.delete(own);
    expect([...names].filter((name) => !(name in devDependencies) || name in dependencies)).toEqual([]);
  });

  it('is imported by nothing of the service', () => {
    expect(local.filter(({ to }) => moduleOf(to) === 'console/').map(show)).toEqual([]);
  });
});

describe('the widget', () => {
  const ofWidget = widgetFiles().flatMap(importsOf);

  it('is made of the published client, Preact, what browsers share, and its own files', () => {
    expect(ofWidget.length).toBeGreaterThan(50);
    const outside = ofWidget.filter(
      ({ to, isPackage }) => !isPackage && !['browser/', 'widget/'].includes(moduleOf(to)),
    );
    expect(outside.map(show)).toEqual([]);
    const packages = new Set(ofWidget.filter(({ isPackage }) => isPackage).map(({ to }) => to));
    expect([...packages].sort()).toEqual(['preact', 'preact/hooks', 'support-api/client']);
  });

  it('brings a package that only the build needs', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect(devDependencies).toHaveProperty('preact');
    expect(dependencies).not.toHaveProperty('preact');
  });

  it('is imported by nothing else', () => {
    const others = [...local, ...consoleFiles().flatMap(importsOf)];
    expect(others.filter(({ to }) => moduleOf(to) === 'widget/').map(show)).toEqual([]);
  });
});

describe('only', () => {
  /** Where a package is imported from, even as a type. */
  const whoImports = (pattern: RegExp) => packages.filter(({ to }) => pattern.test(packageName(to)));

  it('db/ knows Prisma, a driver, or the generated clients', () => {
    const prisma = whoImports(/^(@prisma\/.*|prisma|pg|better-sqlite3)$/);
    expect(prisma.length).toBeGreaterThan(0);
    expect(prisma.filter(({ from }) => moduleOf(from) !== 'db/').map(show)).toEqual([]);
    const generated = local.filter(({ to }) => to.startsWith('db/generated/'));
    expect(generated.length).toBeGreaterThan(0);
    expect(generated.filter(({ from }) => moduleOf(from) !== 'db/').map(show)).toEqual([]);
  });

  it('app.ts, http/ and auth/ know Fastify; the program, its type', () => {
    const fastify = whoImports(/^(@fastify\/.*|fastify.*)$/);
    expect(fastify.length).toBeGreaterThan(0);
    const others = fastify.filter(({ from }) => !['app.ts', 'http/', 'auth/'].includes(moduleOf(from)));
    expect(others.filter(({ from, typeOnly }) => !(from === 'main.ts' && typeOnly)).map(show)).toEqual([]);
  });

  it("a feature's router.ts knows tRPC; its verbs know neither tRPC nor Fastify", () => {
    expect(FEATURES).toEqual(expect.arrayContaining(['categories/', 'messages/', 'tickets/']));
    const verbs = files.filter((file) => FEATURES.includes(moduleOf(file)) && !FEATURE_ROUTERS.includes(file));
    const outer =
      /^(@trpc\/.*|trpc-to-openapi|@fastify\/.*|fastify.*|procedure\/trpc\.ts|router\.ts|app\.ts|http\/.*)$/;
    expect(imports.filter(({ from, to }) => verbs.includes(from) && outer.test(to)).map(show)).toEqual([]);
    for (const file of FEATURE_ROUTERS) expect(importsOf(file).map(({ to }) => to)).toContain('procedure/trpc.ts');
  });

  it('Zod stands behind a schemas.ts, however far one follows it: it runs in a browser', () => {
    const schemas = files.filter((file) => file.endsWith('/schemas.ts'));
    // desk/ is a table of contents: it has none.
    expect(schemas.length).toBeGreaterThanOrEqual(FEATURES.length - 1);
    const reached = new Set(schemas);
    for (const file of reached) {
      for (const { to, isPackage, typeOnly } of importsOf(file)) if (!isPackage && !typeOnly) reached.add(to);
    }
    const behind = [...reached].flatMap(importsOf).filter(({ isPackage, typeOnly }) => isPackage && !typeOnly);
    expect([...new Set(behind.map(({ to }) => to))]).toEqual(['zod']);
  });

  it('the programs read the environment', () => {
    const readers = files.filter((file) => {
      let reads = false;
      const visit = (node: ts.Node): void => {
        if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env') reads = true;
        ts.forEachChild(node, visit);
      };
      visit(parse(file));
      return reads;
    });
    expect(readers).toEqual(PROGRAMS);
  });

  it('the programs do anything when they are loaded', () => {
    const acting = files.filter((file) =>
      parse(file).statements.some(
        (statement) =>
          !ts.isImportDeclaration(statement) &&
          !ts.isExportDeclaration(statement) &&
          !ts.isVariableStatement(statement) &&
          !ts.isFunctionDeclaration(statement) &&
          !ts.isClassDeclaration(statement) &&
          !ts.isInterfaceDeclaration(statement) &&
          !ts.isTypeAliasDeclaration(statement) &&
          !ts.isModuleDeclaration(statement),
      ),
    );
    expect(acting).toEqual(PROGRAMS);
  });
});
