import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { readMigrations } from '../../src/db/migrations/plan.js';
import { newId } from '../../src/schema/ids.js';
import { reindex } from '../../src/search/reindex.js';
import { startApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/databases.js';
import { DESKS } from '../support/desk-surfaces.js';
import { fillQueue } from '../support/fill-queue.js';
import { migrateUrl, migrationFolder } from '../support/migration-folder.js';
import { runSql } from '../support/run-sql.js';
import { openRest } from '../support/surfaces.js';
import { dataOf, openTicket } from '../support/tickets.js';
import { agentToken, customerToken } from '../support/tokens.js';

const engine = inject('engine');
const SEARCH_WORDS = '20261127171500_search_words';
const rest = () => 0;

function searching({ url }: TestApp) {
  const [[, open]] = DESKS as [(typeof DESKS)[number]];
  return async (q: string) => dataOf(await open(url, agentToken()).search({ q, limit: 100 }));
}
const customer = ({ url }: TestApp) => openRest(url, customerToken('user_a'));

/** As an instance of the version before, a script or an import writes. */
async function noteByHand({ db }: TestApp, ticketId: string, content: string): Promise<string> {
  const id = newId('msg').replace('msg', 'note');
  const data = { id, ticketId, author: 'agent_1', content, attachments: [], createdAt: new Date() };
  await db.transaction((tx) => tx.note.create({ data }));
  return id;
}

describe('what was written without the words of the analyser', () => {
  it('is found by plain words at once, the answer says that more may match, and all is well after reindex', async () => {
    await using server = await startApp();
    const search = searching(server);
    const ticketId = await openTicket(customer(server));
    expect(await search('nothing')).toMatchObject({ complete: true });
    const note = await noteByHand(server, ticketId, 'Wombat fed, "two apples"; การชำระเงินล้มเหลว');
    for (const q of ['wombat', '"fed two"', 'wom* apples']) {
      expect(await search(q)).toMatchObject({ hits: [{ sourceId: note }], complete: false });
    }
    expect(await search('ชำระ')).toEqual({ hits: [], next: null, complete: false });
    expect(await reindex({ db: server.db, rest })).toBe(1);
    for (const q of ['wombat', '"fed two"', 'ชำระ']) {
      expect(await search(q)).toMatchObject({ hits: [{ sourceId: note }], complete: true });
    }
    expect(await reindex({ db: server.db, rest })).toBe(0);
  });

  it('is found beside what was written by the service, the newest first', async () => {
    await using server = await startApp();
    const first = await openTicket(customer(server), { subject: 'S', description: 'numbat one' });
    const second = await openTicket(customer(server), { subject: 'S', description: 'other' });
    const byHand = await noteByHand(server, second, 'numbat one');
    const hits = (await searching(server)('numbat')).hits.map(({ sourceId }: { sourceId: string }) => sourceId);
    expect([...hits].sort()).toEqual([first, byHand].sort());
  });

  it('is what is changed by hand, too; and what is deleted is gone', async () => {
    await using server = await startApp();
    const search = searching(server);
    const ticketId = await openTicket(customer(server), { subject: 'walrus', description: 'tusks' });
    await server.db.transaction((tx) => tx.ticket.update({ where: { id: ticketId }, data: { subject: 'narwhal' } }));
    for (const complete of [false, true]) {
      expect(await search('walrus')).toMatchObject({ hits: [], complete });
      expect(await search('narwhal tusks')).toMatchObject({ hits: [{ sourceId: ticketId }], complete });
      await reindex({ db: server.db, rest });
    }
    const note = await noteByHand(server, ticketId, 'narwhal');
    await server.db.transaction((tx) => tx.note.delete({ where: { id: note } }));
    expect((await search('narwhal')).hits).toMatchObject([{ sourceId: ticketId }]);
    await server.db.transaction(async (tx) => {
      await tx.event.deleteMany({ where: { ticketId } });
      await tx.ticket.delete({ where: { id: ticketId } });
    });
    expect(await search('narwhal')).toEqual({ hits: [], next: null, complete: true });
  });

  it('is what came in while triggers were off: unknown before, found after', async () => {
    await using server = await startApp();
    const search = searching(server);
    const ticketId = await openTicket(customer(server), { description: 'kakapo' });
    dataOf(await customer(server).addMessage(ticketId, { message: 'kakapo' }));
    await noteByHand(server, ticketId, 'kakapo');
    // An orphan, besides.
    await runSql(
      server.databaseUrl,
      `UPDATE search_texts SET source_id = 'note_gone', analyser = 0 WHERE kind = 'note'`,
    );
    await runSql(server.databaseUrl, `DELETE FROM search_texts WHERE kind <> 'note'`);
    await reindex({ db: server.db, rest });
    expect(await search('kakapo')).toMatchObject({ hits: [{ ticket: { ticketId } }], complete: true });
    expect(await runSql(server.databaseUrl, 'SELECT kind FROM search_texts ORDER BY kind')).toEqual(
      ['message', 'note', 'ticket'].map((kind) => ({ kind })),
    );
  });
});

describe('reindex', () => {
  it('does what was there before the migration, goes on where it was ended, and says how far it is', async () => {
    const database = await createTestDatabase(engine);
    onTestFinished(() => database[Symbol.asyncDispose]());
    const { migrationsDir, copyReal } = migrationFolder(engine);
    copyReal();
    for (const { name } of await readMigrations(engine)) {
      if (name >= SEARCH_WORDS) rmSync(join(migrationsDir, engine, name), { recursive: true });
    }
    await migrateUrl(database.url, { migrationsDir });
    await fillQueue(database.url, 200);
    await migrateUrl(database.url);

    await using server = await startApp({ env: { DATABASE_URL: database.url } });
    const search = searching(server);
    const found = await search('"number 77"');
    expect(found).toMatchObject({ hits: [{ sourceId: 'ticket_77' }], complete: false });
    const progress: [number, number][] = [];
    const stopped = new AbortController();
    const onProgress = (done: number, of: number) => {
      progress.push([done, of]);
      stopped.abort();
    };
    expect(await reindex({ db: server.db, onProgress, signal: stopped.signal, rest })).toBe(100);
    const [[, total] = []] = progress;
    expect(progress).toEqual([[100, total]]);
    expect(await search('"number 77"')).toEqual(found);
    expect(await search('"number 177"')).toMatchObject({ hits: [{ sourceId: 'ticket_177' }], complete: false });
    expect(await reindex({ db: server.db, rest })).toBe((total ?? 0) - 100);
    expect(await search('"number 77"')).toEqual({ ...found, complete: true });
  });

  it('and the service write at the same time, and nothing of either is lost', async () => {
    await using server = await startApp();
    const ticketId = await openTicket(customer(server));
    const notes = await Promise.all([...Array(250).keys()].map((n) => noteByHand(server, ticketId, `bilby n${n}`)));
    const change = async () => {
      for (const [n, id] of notes.entries()) {
        if (n % 10 > 0) continue;
        await server.db.transaction((tx) => tx.note.update({ where: { id }, data: { content: `quoll n${n}` } }));
      }
    };
    const [done] = await Promise.all([reindex({ db: server.db, rest }), change()]);
    expect(done).toBeGreaterThan(0);
    await reindex({ db: server.db, rest });
    const search = searching(server);
    for (const [n, id] of notes.entries()) {
      if (n % 25 > 0) continue;
      expect(await search(`${n % 10 > 0 ? 'bilby' : 'quoll'} n${n}`)).toMatchObject({
        hits: [{ sourceId: id }],
        complete: true,
      });
      expect((await search(`${n % 10 > 0 ? 'quoll' : 'bilby'} n${n}`)).hits).toEqual([]);
    }
  });
});
