import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tableTypes } from '../../scripts/table-types.js';
import { sourceFiles } from '../support/import-graph.js';
import { REPOSITORY } from '../support/project.js';

it('types of statements follow from the schema: none is a text with types declared by hand', () => {
  const byHand = sourceFiles().filter((file) =>
    /new Statement\b/.test(readFileSync(join(REPOSITORY, 'src', file), 'utf8')),
  );
  expect(byHand.filter((file) => !file.startsWith('db/sql/'))).toEqual([]);
});

it('no write is written around the check of its keys', () => {
  const around = sourceFiles().filter((file) => {
    const text = readFileSync(join(REPOSITORY, 'src', file), 'utf8');
    // On what `with()` gives, which is Kysely's own, and in `doUpdateSet()`: where a function or a spread gives the keys.
    const unchecked = String.raw`(?!\{(?![^}]*\.\.\.))`;
    return new RegExp(String.raw`((?<!\bdb\s*)\.updateTable\(\S+\)\s*\.set|\.doUpdateSet)\(${unchecked}`).test(text);
  });
  expect(around.filter((file) => !file.startsWith('db/'))).toEqual([]);
});

it('a table has the names, the types and the nulls of its model', () => {
  const tables = tableTypes(`
model Thing {
  id        String    @id
  /// Red | Dark Blue
  color     String
  /// thing.made |
  /// thing.seen
  lastEvent String
  parentId  String?   @map("parent_id")
  parent    Thing?    @relation(fields: [parentId], references: [id])
  size      Int       @default(0)
  /// Not a list of values: free | text.
  note      String
  madeAt    DateTime  @map("made_at")
  endedAt   DateTime? @map("ended_at")
  facts     Json
  seen      Boolean   @default(false)

  @@map("things")
}
`);
  expect(tables).toContain(`  things: {
    id: string;
    color: 'Red' | 'Dark Blue';
    lastEvent: 'thing.made' | 'thing.seen';
    parent_id: string | null;
    size: Generated<number>;
    note: string;
    made_at: Time;
    ended_at: Time | null;
    facts: Json;
    seen: Generated<SqlBool>;
  };`);
  expect(() => tableTypes('model Thing {\n  size Float\n}\n')).toThrow('no statement knows a Float');
});
