import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { TestApp } from '../support/app.js';
import { randomness } from '../support/randomness.js';
import { SupportModel } from './model.js';
import { sequences } from './sequences.js';
import { type Systems, startSystems } from './systems.js';

const MAX_STEPS = 100;
const START = Date.parse('2026-01-22T16:30:00.000Z');

// The documented ones to the letter; all others are archived.
const CATEGORIES = [
  { categoryId: 'category_001', name: 'Payment Issues', description: 'Help with payment problems' },
  { categoryId: 'category_002', name: 'Loan Questions', description: 'Questions about loans' },
];

async function archiveOtherCategories({ db }: TestApp): Promise<void> {
  const id = { notIn: CATEGORIES.map(({ categoryId }) => categoryId) };
  await db.transaction((tx) => tx.category.updateMany({ where: { id }, data: { archivedAt: new Date(START) } }));
}

let systems: Systems;
beforeAll(async () => {
  systems = await startSystems(archiveOtherCategories);
});
afterAll(() => systems[Symbol.asyncDispose]());

it('REST and tRPC on SQLite and PostgreSQL do what the contract says, whatever is asked in whatever order', async () => {
  let run = 0;
  const property = fc.asyncProperty(sequences(MAX_STEPS), async (steps) => {
    run += 1;
    systems.now = START;
    for (const system of systems.all) system.begin(`run ${run}`);
    const model = new SupportModel({ now: START, categories: CATEGORIES });
    await fc.asyncModelRun(() => ({ model, real: systems }), steps);
    await Promise.all(systems.all.map((system) => system.compareStored(model.tickets)));
  });
  await fc.assert(property, randomness('property test', 25));
}, 300_000);
