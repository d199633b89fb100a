import { expect, it, onTestFinished } from 'vitest';
import { archiveCategory } from '../../src/categories/archive-category.js';
import { changeCategory } from '../../src/categories/change-category.js';
import { createCategory } from '../../src/categories/create-category.js';
import { restoreCategory } from '../../src/categories/restore-category.js';
import { changeMacro } from '../../src/macros/change-macro.js';
import { createMacro } from '../../src/macros/create-macro.js';
import { deleteMacro } from '../../src/macros/delete-macro.js';
import type { TransactionScope } from '../../src/procedure/scope.js';
import { newTestDatabase } from '../support/open-database.js';

// What is there when the unique keys of names come, and what those write who know nothing of them.

const NOW = new Date('2026-01-22T16:30:00.000Z');
const log = { info: () => {}, warn: () => {}, error: () => {} };
const outbound = { faultOf: () => undefined, home: () => Promise.reject(new Error('Nothing is sent')) };
const secrets = { seal: (text: string) => text, open: (text: string) => text };
const taken = expect.objectContaining({ appCode: 'NAME_TAKEN' });

async function open() {
  const database = await newTestDatabase();
  onTestFinished(() => database[Symbol.asyncDispose]());
  const { db } = database;
  return {
    db,
    run: <I, O>(verb: (scope: TransactionScope, input: I) => Promise<O>, input: I) =>
      db.transaction((tx) =>
        verb(
          {
            db: tx,
            clock: { now: () => NOW },
            principal: { userId: 'admin', role: 'admin' },
            log,
            outbound,
            secrets,
          },
          input,
        ),
      ),
    /** As the version before has written it. */
    oldMacro: (id: string, name: string) =>
      db.transaction((tx) => tx.macro.create({ data: { id, name, text: 't', createdAt: NOW, updatedAt: NOW } })),
    oldCategory: (id: string, name: string) =>
      db.transaction((tx) => tx.category.create({ data: { id, name, description: 'd', position: 99 } })),
    macroKeys: async () =>
      Object.fromEntries((await db.reader.macro.findMany()).map(({ name, nameKey }) => [name, nameKey])),
    categoryKey: async (id: string) => (await db.reader.category.findUniqueOrThrow({ where: { id } })).activeNameKey,
  };
}

it('saved replies that have the same name stay as they are, and nobody else gets it', async () => {
  const { run, oldMacro, macroKeys } = await open();
  await oldMacro('macro_1', 'Änderung');
  await oldMacro('macro_2', 'anderung');
  await oldMacro('macro_3', 'Other');
  await expect(run(createMacro, { name: 'ANDERUNG ', text: 't' })).rejects.toEqual(taken);
  await run(createMacro, { name: 'New', text: 't' });
  expect(await macroKeys()).toEqual({ Änderung: 'anderung', anderung: null, Other: 'other', New: 'new' });

  // What isn't renamed can be changed.
  expect(await run(changeMacro, { macroId: 'macro_2', name: 'anderung', text: 'u' })).toMatchObject({ text: 'u' });
  await expect(run(changeMacro, { macroId: 'macro_2', name: 'Anderung' })).rejects.toEqual(taken);
  await expect(run(changeMacro, { macroId: 'macro_3', name: 'ÄNDERUNG' })).rejects.toEqual(taken);
  // Where the name becomes free, the other one has it.
  await run(deleteMacro, { macroId: 'macro_1' });
  await expect(run(changeMacro, { macroId: 'macro_3', name: 'ÄNDERUNG' })).rejects.toEqual(taken);
  await run(changeMacro, { macroId: 'macro_3', name: 'Others' });
  expect(await macroKeys()).toEqual({ anderung: 'anderung', Others: 'others', New: 'new' });
});

it('a name that is changed without its key loses it, and has another one before the next name is given', async () => {
  const { db, run, macroKeys } = await open();
  const { macroId } = await run(createMacro, { name: 'First', text: 't' });
  await db.transaction((tx) => tx.macro.update({ where: { id: macroId }, data: { name: 'Second' } }));
  expect(await macroKeys()).toEqual({ Second: null });
  await expect(run(createMacro, { name: 'second', text: 't' })).rejects.toEqual(taken);
  await run(createMacro, { name: 'first', text: 't' });
  expect(await macroKeys()).toEqual({ Second: 'second', first: 'first' });
});

it('of categories only the active ones have a key, whoever archives and restores them', async () => {
  const { db, run, oldCategory, categoryKey } = await open();
  await oldCategory('category_a', 'Änderung');
  await expect(run(createCategory, { name: 'änderung', description: 'd' })).rejects.toEqual(taken);
  await run(changeCategory, { categoryId: 'category_001', name: 'Payments' });
  expect([await categoryKey('category_a'), await categoryKey('category_001')]).toEqual(['anderung', 'payments']);

  const archive = (archivedAt: Date | null) =>
    db.transaction((tx) => tx.category.update({ where: { id: 'category_a' }, data: { archivedAt } }));
  await archive(NOW);
  expect(await categoryKey('category_a')).toBeNull();
  const { categoryId } = await run(createCategory, { name: 'anderung', description: 'd' });
  await expect(run(restoreCategory, { categoryId: 'category_a' })).rejects.toEqual(taken);
  await run(archiveCategory, { categoryId });
  await archive(null);
  await expect(run(restoreCategory, { categoryId })).rejects.toEqual(taken);
  expect(await categoryKey('category_a')).toBeNull();
  await run(changeCategory, { categoryId: 'category_002', name: 'Loans' });
  expect(await categoryKey('category_a')).toBe('anderung');
});

it('a thousand of them have keys after one more is saved', async () => {
  const { db, run } = await open();
  const rows = Array.from({ length: 999 }, (_, n) => ({ id: `macro_${n}`, name: `Ä ${n}`, text: 't' }));
  await db.transaction((tx) =>
    tx.macro.createMany({ data: rows.map((row) => ({ ...row, createdAt: NOW, updatedAt: NOW })) }),
  );
  await run(createMacro, { name: 'New', text: 't' });
  expect(await db.reader.macro.count({ where: { nameKey: null } })).toBe(0);
});
