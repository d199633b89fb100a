import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { normalizeTags } from '../../../src/tags/normalize-tags.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { randomness } from '../../support/randomness.js';
import { runSql } from '../../support/run-sql.js';
import { dataOf, newUser } from '../../support/tickets.js';
import { adminToken, customerToken } from '../../support/tokens.js';

// What a GET gives is good as input and as a filter: tags, saved replies and categories. The rest: round-trip-fields.test.ts.

let server: TestApp;
let admin: Call;
beforeAll(async () => {
  server = await startApp();
  admin = (CALLS[0] as (typeof CALLS)[number])[1](server.url, adminToken('agent_é x'));
});
afterAll(() => server[Symbol.asyncDispose]());

const unit = fc.oneof(
  fc.constantFrom(
    'İ',
    'ﬁ',
    'ß',
    'ς',
    'Σ',
    'é',
    'e\u0301',
    'Ａ',
    '１',
    '½',
    'ﷺ',
    '\u200d',
    '\ufe0f',
    'ｶﾞ',
    '한',
    '_',
    '-',
    'A',
    '7',
    '支',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
const written = (maxLength: number) =>
  fc
    .array(unit, { minLength: 1, maxLength })
    .map((parts) => parts.join(''))
    .filter((made) => /\S/u.test(made) && !made.includes('\0') && made.isWellFormed() && [...made].length <= maxLength);

it('tags, however they were typed', async () => {
  const customer = (CALLS[0] as (typeof CALLS)[number])[1](server.url, customerToken(newUser()));
  const texts = { subject: 'wombat', description: 'd', categoryId: 'category_001' };
  const { ticketId } = dataOf(await customer('support.tickets.create', texts));
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(written(50), async (typed) => {
      const changed = await admin('desk.tags.change', { ticketId, add: [typed] });
      if (!changed.ok) {
        expect(changed.status).toBe(400);
        return;
      }
      kept += 1;
      const { tags } = dataOf(await admin('desk.tags.get', { ticketId }));
      expect(tags).toHaveLength(1);
      const [tag] = tags;
      const { version } = dataOf(changed);
      expect(dataOf(await admin('desk.tags.change', { ticketId, add: [tag] }))).toEqual({ ticketId, tags, version });
      for (const one of [tag, typed]) {
        expect(dataOf(await admin('desk.tickets.list', { tag: one })).tickets).toMatchObject([{ ticketId }]);
        expect(dataOf(await admin('desk.search.tickets', { q: 'wombat', tag: one })).hits).toHaveLength(1);
      }
      expect(dataOf(await admin('desk.tags.list', { prefix: tag }))).toContain(tag);
      expect(dataOf(await admin('desk.tags.change', { ticketId, remove: [tag] })).tags).toEqual([]);
    }),
    randomness('tags', 150),
  );
  expect(kept).toBeGreaterThan(20);
});

it('names of saved replies and categories: the same is taken, its own is not', async () => {
  const description = 'd';
  await fc.assert(
    fc.asyncProperty(written(60), async (typed) => {
      for (const [kind, id, rest] of [
        ['macros', 'macroId', { text: 'Thank you' }],
        ['categories', 'categoryId', { description }],
      ] as const) {
        const name = `${kind} ${typed}`;
        const created = dataOf(await admin(`desk.${kind}.create`, { name, ...rest }));
        const listed = dataOf(await admin(`desk.${kind}.list`, kind === 'macros' ? { limit: 100 } : {}));
        const found = listed.find((one: Record<string, string>) => one[id] === created[id]);
        expect(found).toMatchObject({ name, ...rest });
        const { name: given } = found;
        if (kind === 'macros') {
          const named = dataOf(await admin('desk.macros.list', { name: given, limit: 100 }));
          expect(named.map(({ macroId }: Record<string, string>) => macroId)).toContain(found[id]);
        } else {
          const active = listed.filter(({ archivedAt }: { archivedAt: string | null }) => archivedAt === null);
          const categoryIds = active.map(({ categoryId }: { categoryId: string }) => categoryId);
          expect(dataOf(await admin('desk.categories.order', { categoryIds }))).toEqual(listed);
        }
        expect(dataOf(await admin(`desk.${kind}.change`, { [id]: found[id], name: given, ...rest })).name).toBe(name);
        for (const same of [given, given.normalize('NFD'), given.normalize('NFC'), ` ${given}`]) {
          if ([...same].length > 100) continue;
          expect(await admin(`desk.${kind}.create`, { name: same, ...rest })).toMatchObject({ code: 'NAME_TAKEN' });
        }
        if (kind === 'macros') dataOf(await admin('desk.macros.delete', { macroId: found[id] }));
        else dataOf(await admin('desk.categories.archive', { categoryId: found[id] }));
      }
    }),
    randomness('names', 40),
  );
});

it('a tag from before, kept in another form, is one with the new after reindex', async () => {
  const customer = (CALLS[0] as (typeof CALLS)[number])[1](server.url, customerToken(newUser()));
  const texts = { subject: 's', description: 'd', categoryId: 'category_001' };
  const { ticketId } = dataOf(await customer('support.tickets.create', texts));
  await runSql(
    server.databaseUrl,
    `INSERT INTO ticket_tags (tag, ticket_id) VALUES ('ｗｉｄｅ', '${ticketId}'), ('wide', '${ticketId}')`,
  );
  await normalizeTags(server.db);
  expect(dataOf(await admin('desk.tags.get', { ticketId })).tags).toEqual(['wide']);
});
