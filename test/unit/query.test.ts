import { describe, expect, expectTypeOf, it } from 'vitest';
import { chain } from '../../src/db/sql/chain.js';
import { dynamicQuery } from '../../src/db/sql/dynamic-query.js';
import { fragment } from '../../src/db/sql/kysely.js';
import { query, writing } from '../../src/db/sql/query.js';

describe('query()', () => {
  const select = query(
    'test',
    { ticketId: 'tickets.id', agent: 'tickets.assigned_agent?', before: 'tickets.created_at', limit: 'number' },
    ({ db, p }) =>
      db
        .selectFrom('tickets')
        .select([
          'id as ticketId',
          'status',
          'resolution',
          'attachments',
          'created_at as createdAt',
          'closed_at as closedAt',
        ])
        .where('id', '=', p.ticketId)
        .where('status', '<>', 'Closed')
        .where('created_at', '<', p.before)
        .where((eb) => eb.or([eb('assigned_agent', '=', p.agent), eb('id', '=', p.ticketId)]))
        .limit(p.limit),
  );

  it('numbers a name once on PostgreSQL, repeats its value on SQLite, and leaves literals in the text', () => {
    const where = (ids: string) => `where "id" = ${ids} `;
    expect(select.text('postgresql')).toContain(
      `${where('$1')}and "status" <> 'Closed' and "created_at" < $2 and ("assigned_agent" = $3 or "id" = $1) limit $4`,
    );
    expect(select.text('sqlite')).toContain(
      `${where('?')}and "status" <> 'Closed' and "created_at" < ? and ("assigned_agent" = ? or "id" = ?) limit ?`,
    );
    const given = { ticketId: 't', agent: null, before: new Date(0), limit: 3 };
    expect(select.values('postgresql', given)).toEqual(['t', '1970-01-01T00:00:00.000Z', null, 3]);
    expect(select.values('sqlite', given)).toEqual(['t', '1970-01-01T00:00:00.000+00:00', null, 't', 3]);
  });

  it('keeps what could end a literal inside it', () => {
    const quoted = query('test', {}, ({ db }) => db.selectFrom('tickets').select('id').where('subject', '=', "a'; --"));
    expect(quoted.text('postgresql')).toBe(`select "id" from "tickets" where "subject" = 'a''; --'`);
  });

  // The compiler is the test: each of these is an error, or the comment above it is one.
  it('takes no key of a write that is no column, whatever gives it', () => {
    const more = { no_column: 1 };
    const { db } = writing('sqlite', {});
    const tickets = db.updateTable('tickets');
    // @ts-expect-error written out
    tickets.set({ version: 1, no_column: 1 });
    // @ts-expect-error given by a function
    tickets.set((eb) => ({ version: eb('version', '+', 1), no_column: 1 }));
    // @ts-expect-error brought by a spread
    tickets.set((eb) => ({ version: eb('version', '+', 1), ...more }));
    // @ts-expect-error of another type
    tickets.set((eb) => ({ version: eb.ref('subject') }));
    // @ts-expect-error none of the values that its column has
    tickets.set(() => ({ status: 'Shut' }));
    const from = tickets.from(
      fragment<{ number: number; name: string }>`(SELECT 1 AS number, '' AS name)`.as('source'),
    );
    from.set((eb) => ({ version: eb.ref('source.number') })).whereRef('tickets.id', '=', 'source.name');
    // @ts-expect-error of what an update takes its values from
    from.set((eb) => ({ version: eb.ref('source.number'), no_column: 1 }));
    // @ts-expect-error of another type
    from.set((eb) => ({ version: eb.ref('source.name') }));
    // @ts-expect-error brought by a spread
    db.insertInto('closed_tickets').values({ count: 1, ...more });
    const compiled = query('test', {}, () =>
      tickets.set((eb) => ({ version: eb('version', '+', 1), status: 'Closed' })),
    );
    expect(compiled.text('sqlite')).toBe(`update "tickets" set "version" = "version" + 1, "status" = 'Closed'`);
  });

  it('has the types of the columns, as readers give them', () => {
    expectTypeOf(select.params).toEqualTypeOf<{
      ticketId: string;
      agent: string | null;
      before: Date;
      limit: number;
    }>();
    expectTypeOf(select.row).toEqualTypeOf<{
      ticketId: string;
      status: 'Open' | 'In Progress' | 'Resolved' | 'Closed';
      resolution: string | null;
      attachments: string;
      createdAt: string;
      closedAt: string | null;
    }>();
    const misnamed = query('test', {}, ({ db }) =>
      db.selectFrom('tickets').select(['created_at', 'subject as subjectAt']),
    );
    expectTypeOf<(typeof misnamed.row)['created_at']>().not.toEqualTypeOf<string>();
    expectTypeOf<(typeof misnamed.row)['subjectAt']>().not.toEqualTypeOf<string>();
  });
});

describe('chain()', () => {
  const rename = chain('rename', { id: 'categories.id', name: 'categories.name' })
    .link('old', ({ db, p, lockRow }) =>
      db.selectFrom('categories').select('name as was').where('id', '=', p.id).$call(lockRow),
    )
    .link('category', ({ db, p, from, row }) =>
      db
        .updateTable('categories')
        .set({ name: p.name, description: row.old.was })
        .$call(from('old'))
        .where('id', '=', p.id)
        .returning('archived_at as archivedAt'),
    )
    .whole();

  it('is one statement on PostgreSQL, whose links name each other', () => {
    expect(rename.whole.text('postgresql')).toBe(
      `WITH old AS (select "name" as "was" from "categories" where "id" = $1 for no key update), ` +
        `category AS (update "categories" set "name" = $2, "description" = "old"."was" from "old" as "old" where "id" = $1 ` +
        `returning "archived_at" as "archivedAt") SELECT * FROM category`,
    );
    expect(rename.whole.values('postgresql', { id: 'i', name: 'n' })).toEqual(['i', 'n']);
  });

  it('is one after the other on SQLite, with what earlier ones gave as values', () => {
    expect(rename.steps.map(({ name, statement, givesRow }) => [name, givesRow, statement.text('sqlite')])).toEqual([
      ['old', true, 'select "name" as "was" from "categories" where "id" = ?'],
      [
        'category',
        true,
        'update "categories" set "name" = ?, "description" = ? where "id" = ? returning "archived_at" as "archivedAt"',
      ],
    ]);
    const given = { id: 'i', name: 'n', old_was: 'w' };
    expect(rename.steps[1]?.statement.values('sqlite', given)).toEqual(['n', 'w', 'i']);
  });

  it('gives the row of its last link', () => {
    expectTypeOf(rename.whole.row).toEqualTypeOf<{ archivedAt: string | null }>();
    expectTypeOf(rename.whole.params).toEqualTypeOf<{ id: string; name: string }>();
  });

  it('gives a row', () => {
    expect(() => chain('test', {}).whole()).toThrow('test: no link gives a row');
  });
});

describe('dynamicQuery()', () => {
  const list = dynamicQuery('test', { agent: 'tickets.assigned_agent?' }, ({ db, p }, shape: { byAgent: boolean }) =>
    db
      .selectFrom('tickets')
      .select('id')
      .$if(shape.byAgent, (some) => some.where('assigned_agent', '=', p.agent)),
  );

  it('has a text for each shape, built once, that is prepared under no name', () => {
    const all = list({ byAgent: false });
    expect(all.text('sqlite')).toBe('select "id" from "tickets"');
    expect(all.values('sqlite', { agent: null })).toEqual([]);
    expect(list({ byAgent: true }).text('postgresql')).toBe('select "id" from "tickets" where "assigned_agent" = $1');
    expect(list({ byAgent: false })).toBe(all);
    expect(all.once).toBe(true);
  });
});
