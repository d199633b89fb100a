import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** What can be asked of a page of the docs. */
export interface Page {
  /** Relative to the repository: `docs/errors.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly { readonly language: string; readonly code: string }[];
  /** Where its links lead: `../src/errors.ts`, `operate.md#durability`. */
  readonly links: readonly string[];
  /** The ids that its headings have on GitHub. */
  readonly anchors: readonly string[];
}

/** Every page that people read: of the top level, of docs/ and of examples/. */
export function readPages(): Page[] {
  const below = (folder: string) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const files = [...readdirSync(REPOSITORY), ...below('docs'), 'examples/README.md'];
  return files.filter((file) => file.endsWith('.md')).map(readPage);
}

export function readPage(path: string): Page {
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return {
    path,
    text,
    blocks: [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
      language,
      code,
    })),
    links: [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target]) => target as string),
    anchors: [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading as string)),
  };
}

/** The file that a link of a page leads to, relative to the repository, and the anchor in it. */
export function target(page: Page, link: string): { file: string; anchor: string | undefined } {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page.path : relative(REPOSITORY, resolve(REPOSITORY, page.path, '..', path));
  return { file, anchor };
}

/** The rows below the header of the first table whose header begins with this cell. Cells are trimmed. */
export function tableRows(text: string, firstHeader: string): string[][] {
  const lines = text.split('\n');
  const header = lines.findIndex((line) => cells(line)[0] === firstHeader);
  if (header < 0) throw new Error(`No table begins with ${firstHeader}`);
  const rows = lines.slice(header + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map(cells);
}

function cells(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1)
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function slug(heading: string): string {
  const plain = heading.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
}
