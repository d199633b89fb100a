/** The types of the columns that our schema has, as statements know them: see src/db/sql/column-types.ts. */
const SCALARS: Record<string, string> = {
  String: 'string',
  Int: 'number',
  BigInt: 'number',
  Boolean: 'SqlBool',
  DateTime: 'Time',
  Json: 'Json',
};

/** A comment, of one line or several, that says which texts there are: `Open | In Progress | Resolved`. */
const TEXTS = /^[\w. ]+( \| [\w. ]+)+$/;

/**
 * TypeScript for the tables of a Prisma schema, each column under its name in the database. A text whose comment lists its
 * values has the type of those values.
 */
export function tableTypes(schema: string): string {
  const models = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(([, name = '', body = '']) => ({
    name,
    body,
  }));
  const names = new Set(models.map(({ name }) => name));
  const tables = models.map(({ name, body }) => {
    const table = /^\s*@@map\("(\w+)"\)/m.exec(body)?.[1] ?? name;
    return `  ${table}: {\n${columns(body, names).join('\n')}\n  };`;
  });
  return `// Made from prisma/schema.prisma by \`npm run generate\`. Changes here are lost.

import type { Generated, Json, SqlBool, Time } from '../sql/column-types.js';

export interface ModelTables {
${tables.join('\n')}
}
`;
}

function columns(body: string, models: ReadonlySet<string>): string[] {
  const found: string[] = [];
  let comment = '';
  for (const line of body.split('\n').map((text) => text.trim())) {
    const [, field, type = '', list, optional, attributes = ''] =
      /^(\w+)\s+(\w+)(\[\])?(\?)?(?:\s+(.*))?$/.exec(line.startsWith('//') ? '' : line) ?? [];
    if (field !== undefined && !models.has(type)) {
      const scalar = SCALARS[type];
      if (scalar === undefined || list) throw new Error(`prisma/schema.prisma: no statement knows a ${type} (${line})`);
      const value = scalar === 'string' && TEXTS.test(comment) ? texts(comment) : scalar;
      const whole = optional ? `${value} | null` : value;
      const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? field;
      found.push(`    ${column}: ${/@default\(/.test(attributes) ? `Generated<${whole}>` : whole};`);
    }
    const said = /^\/\/\/ (.*)$/.exec(line)?.[1];
    comment = said === undefined ? '' : `${comment} ${said}`.trim();
  }
  return found;
}

function texts(comment: string): string {
  return comment
    .split(' | ')
    .map((text) => `'${text}'`)
    .join(' | ');
}
