import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { environment } from '../src/config/config.js';

const page = new URL('../docs/configuration.md', import.meta.url);
const BEGIN = '<!-- config-table: made from src/config/config.ts by `npm run docs:config`; changes here are lost -->';
const END = '<!-- /config-table -->';

/** Every setting of the service, in the order of the schema. */
export const settings: readonly string[] = Object.keys(environment.shape);

/** The table of settings: variable, default, what it is. */
export function configTable(): string {
  const { properties = {} } = z.toJSONSchema(environment, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, field]) => {
    const { description, default: value } = field as { description?: string; default?: unknown };
    if (!description) throw new Error(`${name} has no description in src/config/config.ts`);
    // A set but empty variable counts as not set: '' is no default that anybody could write.
    const shown = value === undefined || value === '' ? 'none' : `\`${String(value)}\``;
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
  });
  return ['| Variable | Default | What |', '|---|---|---|', ...rows].join('\n');
}

/** The text of docs/configuration.md with the table as it should be. The prose around it stays. */
export function withConfigTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/configuration.md needs the two lines\n${BEGIN}\n${END}`);
  return `${text.slice(0, begin)}${BEGIN}\n${configTable()}\n${text.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(page, withConfigTable(readFileSync(page, 'utf8')));
  process.stdout.write('docs/configuration.md is up to date with src/config/config.ts\n');
}
