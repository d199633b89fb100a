import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { numbered } from '../../support/fill-ticket.js';
import { dataOf, newUser, pathsOf, TIMESTAMP } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(CALLS)('profiles over %s', (_name, open) => {
  let admin: Call;
  let agent: Call;
  let customer: Call;
  beforeAll(() => {
    admin = open(server.url, adminToken());
    agent = open(server.url, agentToken());
    customer = open(server.url, customerToken());
  });
  const imported = async (...profiles: object[]) => dataOf(await admin('desk.profiles.import', { profiles }));
  const known = async (...userIds: string[]) => dataOf(await agent('desk.profiles.lookUp', { userIds }));

  it('are imported, and read by the desk, many at once', async () => {
    const [ann, dana, nobody] = [newUser(), `${newUser()}, with a comma/☕`, newUser()];
    expect(
      await imported(
        { userId: ann, name: 'Ann Lee' },
        { userId: dana, name: 'Dana', email: 'd@x.example', role: 'agent' },
      ),
    ).toEqual({ imported: 2 });
    const updatedAt = expect.stringMatching(TIMESTAMP);
    const profiles = await known(dana, nobody, ann, ann);
    expect(profiles).toHaveLength(2);
    expect(profiles).toEqual(
      expect.arrayContaining([
        { userId: ann, name: 'Ann Lee', email: null, role: 'customer', updatedAt },
        { userId: dana, name: 'Dana', email: 'd@x.example', role: 'agent', updatedAt },
      ]),
    );
    expect(await known()).toEqual([]);
  });

  it('are set anew by the next import, whole; of two of the same the last one counts', async () => {
    const ann = newUser();
    await imported({ userId: ann, name: 'Ann', email: 'a@x.example', role: 'admin' });
    expect(await imported({ userId: ann, name: 'Anna' }, { userId: ann, name: 'Anne' })).toEqual({ imported: 1 });
    expect(await known(ann)).toMatchObject([{ name: 'Anne', email: null, role: 'customer' }]);
  });

  it('are imported at once by several, in whatever order they name people', async () => {
    const people = numbered(20).map((n) => ({ userId: newUser(), name: `Person ${n}` }));
    const outcomes = await Promise.all(
      [people, people.toReversed(), people, people.toReversed()].map((profiles) =>
        admin('desk.profiles.import', { profiles }),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await known(...people.map(({ userId }) => userId))).toHaveLength(20);
  });

  it('of agents and admins are found by name, address and id, in the order that people know', async () => {
    const mark = newUser();
    await imported(
      { userId: `${mark}_1`, name: `Zoë ${mark}`, role: 'agent' },
      { userId: `${mark}_2`, name: `Änne ${mark}`, role: 'admin', email: `${mark}@x.example` },
      { userId: `${mark}_3`, name: `Bea ${mark}` },
    );
    const found = async (name: string, limit = 20) =>
      dataOf(await agent('desk.profiles.agents', { name, limit })).map((one: { userId: string }) =>
        one.userId.slice(-1),
      );
    expect(await found(mark)).toEqual(['2', '1']);
    expect(await found(mark, 1)).toEqual(['2']);
    expect(await found(`ZOE ${mark}`)).toEqual(['1']);
    expect(await found(`${mark}@`)).toEqual(['2']);
    expect(await found(`${mark}_1`)).toEqual(['1']);
    expect(await found(`${mark}%`)).toEqual([]);
    expect(dataOf(await agent('desk.profiles.agents', {})).length).toBeGreaterThanOrEqual(2);
  });

  it('are deleted by admins, and are nothing any more', async () => {
    const ann = `${newUser()}/ann`;
    await imported({ userId: ann, name: 'Ann' });
    expect(dataOf(await admin('desk.profiles.delete', { userId: ann }))).toEqual({ userId: ann });
    expect(await known(ann)).toEqual([]);
    for (const userId of [ann, 'a\0b']) {
      expect(await admin('desk.profiles.delete', { userId })).toMatchObject({
        status: 404,
        message: 'Profile not found',
      });
    }
  });

  it.each([
    [{ profiles: [] }, ['profiles']],
    [{ profiles: numbered(101).map((n) => ({ userId: `u${n}`, name: 'n' })) }, ['profiles']],
    [{ profiles: [{ userId: 'system', name: ' ' }] }, ['profiles.0.userId', 'profiles.0.name']],
    [
      { profiles: [{ userId: 'a\n', name: 'x'.repeat(201), email: '', role: 'root' }] },
      ['userId', 'name', 'email', 'role'].map((name) => `profiles.0.${name}`),
    ],
    [{ profiles: [{ userId: 'a', name: 'a\0' }] }, ['profiles.0.name']],
    [{ profiles: [{ userId: 'a', name: 'a', phone: '1' }] }, ['profiles.0.phone']],
  ])('refuse %j', async (input, paths) => {
    const outcome = await admin('desk.profiles.import', input);
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
    expect(await known('a')).toEqual([]);
  });

  it('are for the desk, and written by admins', async () => {
    const ann = newUser();
    await imported({ userId: ann, name: 'Ann' });
    const calls: [string, Record<string, unknown>, boolean][] = [
      ['lookUp', { userIds: [ann] }, true],
      ['agents', {}, true],
      ['import', { profiles: [{ userId: ann, name: 'Other' }] }, false],
      ['delete', { userId: ann }, false],
    ];
    for (const [verb, input, forAgents] of calls) {
      expect((await agent(`desk.profiles.${verb}`, input)).status).toBe(forAgents ? 200 : 403);
      expect(await customer(`desk.profiles.${verb}`, input)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)(`desk.profiles.${verb}`, input)).toMatchObject({ status: 401 });
    }
    expect(await known(ann)).toMatchObject([{ name: 'Ann' }]);
  });
});
