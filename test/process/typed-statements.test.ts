import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableTypes } from '../../scripts/table-types.js';
import { COMPILERS, compile, REPOSITORY, temporaryFolder } from '../support/project.js';

// The types of statements follow from prisma/schema.prisma, and from nothing else.

const schema = readFileSync(join(REPOSITORY, 'prisma/schema.prisma'), 'utf8');

describe('a column that is renamed in the schema', () => {
  const folder = temporaryFolder();
  const at = (path: string) => join(folder.path, path);

  beforeAll(() => {
    for (const part of ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(join(REPOSITORY, part), at(part), { recursive: true });
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), at('node_modules'));
  });
  afterAll(() => folder[Symbol.dispose]());

  /** Where the sources don't compile with the tables of a schema. */
  async function broken(tables: string): Promise<string[]> {
    writeFileSync(at('src/db/generated/tables.ts'), tables);
    const { errors } = await compile(folder.path, COMPILERS[1][1], ['-p', 'tsconfig.build.json', '--noEmit']);
    return [...new Set(errors.map((error) => error.split('(')[0] ?? ''))].sort();
  }

  it('breaks nothing while it is not', async () => {
    expect(await broken(tableTypes(schema))).toEqual([]);
  });

  it.each([
    [
      'waiting_since',
      [
        'src/desk/queue/keyset-scan.ts',
        'src/desk/queue/orders.ts',
        'src/desk/queue/list-queue.ts',
        'src/desk/work/change-ticket.ts',
        'src/desk/work/get-ticket.ts',
        // These name it in what a function gives, or a spread brings, to an UPDATE.
        'src/messages/add-message.ts',
        'src/tickets/close-resolved.ts',
        'src/tickets/close-ticket.ts',
        'src/tickets/create-ticket.ts',
      ],
    ],
    ['message_count', ['src/messages/add-message.ts', 'src/messages/list-messages.ts', 'src/tickets/get-ticket.ts']],
  ])('breaks whatever uses it: %s', async (column, users) => {
    const renamed = schema.replace(`@map("${column}")`, '@map("another_name")');
    expect(renamed).not.toBe(schema);
    expect(await broken(tableTypes(renamed))).toEqual(expect.arrayContaining(users));
  });
});
