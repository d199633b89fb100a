import type { Engine } from '../src/db/handle.js';

/**
 * Tables that the migrations make by hand and no model has: triggers keep them, statements read them, and Prisma is to
 * leave them alone. SQLite's FTS5 keeps an index in tables of its own.
 */
const TABLES: Record<Engine, readonly string[]> = {
  sqlite: ['search_index', 'search_words'].flatMap((table) =>
    ['', '_config', '_data', '_docsize', '_idx'].map((part) => `${table}${part}`),
  ),
  postgresql: [],
};
const BOTH = ['closed_tickets', 'search_texts'];

/** Their names as Prisma wants them. */
export function externalTables(engine: Engine): string[] {
  const names = [...BOTH, ...TABLES[engine]];
  return engine === 'sqlite' ? names : names.map((name) => `public.${name}`);
}
