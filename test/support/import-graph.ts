import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';

const SRC = join(import.meta.dirname, '../../src');

export interface Import {
  /** The file that imports, relative to src: `tickets/router.ts`. */
  readonly from: string;
  /** A file, relative to src; or a package or a module of Node's, as written. */
  readonly to: string;
  readonly isPackage: boolean;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** The files of src that the service is made of, generated ones aside. */
export function sourceFiles(): string[] {
  return filesOf('').filter((file) => file.endsWith('.ts') && !/^(db\/generated|browser|console|widget)\//.test(file));
}

/** What those for browsers share. */
export function browserFiles(): string[] {
  return filesOf('browser');
}

/** Those of the console, which run in a browser. */
export function consoleFiles(): string[] {
  return filesOf('console').filter((file) => /\.tsx?$/.test(file));
}

/** Those of the widget, which run on pages of others. */
export function widgetFiles(): string[] {
  return filesOf('widget').filter((file) => /\.tsx?$/.test(file));
}

function filesOf(folder: string): string[] {
  return readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.split(sep).join('/')))
    .sort();
}

export function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** What a file imports: statically, dynamically, by re-export or inside of a type. */
export function importsOf(file: string): Import[] {
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const isPackage = !specifier.text.startsWith('.');
    const to = isPackage
      ? specifier.text
      : posix.normalize(posix.join(posix.dirname(file), specifier.text)).replace(/\.js$/, '.ts');
    imports.push({ from: file, to, isPackage, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return imports;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

/** `@scope/name` or `name` of what is imported from a package. */
export function packageName(specifier: string): string {
  return /^((?:@[^/]+\/)?[^/]+)/.exec(specifier)?.[1] ?? specifier;
}

/** The first circle of imports that there is, as a path that ends where it begins; undefined if there is none. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to, isPackage } of imports) {
    if (!isPackage) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const follow = (file: string, way: string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const to of targets.get(file) ?? []) {
      const cycle = follow(to, [...way, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = follow(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
