import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPILERS, compile, run } from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { adminToken, customerToken, TEST_SECRET } from '../support/tokens.js';
import { type Answer, CLIENTS, callsOf, type GeneratedClient, OUTPUT } from './clients.js';
import { DOCUMENT, type Json, type Operation, operations, resolve } from './document.js';
import { EXAMPLES, type Example } from './examples.js';
import { filledIn, isNamed, make, nameOf, type There } from './there.js';

// Every operation, called once by the client that each generator makes of openapi.json, at a running server.

const NATIVE = COMPILERS[1][1];
const TOKENS = { customer: customerToken('user_123'), admin: adminToken() };
const each = operations.map((operation) => [operation.id, operation] as const);

/** What stands for what is there before a call, wherever it is in a value. */
function* namedIn(value: unknown): Generator<keyof There> {
  if (isNamed(value)) yield nameOf(value);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* namedIn(one);
}

function neededFor(id: string): Set<keyof There> {
  return new Set([...(EXAMPLES[id]?.needs ?? []), ...namedIn(EXAMPLES[id])]);
}

/** What a value leaves out of a schema, or has one of where there may be two: by path. */
function missingIn(schema: Json, value: unknown, path: string): string[] {
  if (schema === undefined || isNamed(value)) return [];
  const { properties, type, maxItems } = resolve(schema);
  if (type === 'array') return maxItems !== 1 && (value as unknown[]).length < 2 ? [`${path}: a second value`] : [];
  return Object.entries(properties ?? {}).flatMap(([name, property]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const one = (value as Record<string, unknown>)[name];
    return one === undefined ? [at] : missingIn(property, one, at);
  });
}

/** What the same request gets that no client made; its lists have commas. */
async function plainBody({ id, path }: Operation, token: string, there: Partial<There>): Promise<unknown> {
  const { path: places = {}, query = {} } = filledIn(EXAMPLES[id], there) as Example;
  const url = path.replaceAll(/\{(\w+)\}/g, (_all, name) => String(places[name]));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return (await restClient(server.url, token).get(`${url}?${search}`)).body;
}

/** The items of an answer that is a list or a page. */
function listsIn({ data }: Json): unknown[][] {
  return [data, ...Object.values(data)].filter((value) => Array.isArray(value));
}

describe('the table of examples', () => {
  it('has one for each operation, and for no other', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  it.each(each)('%s: gives all that it takes, and two values in lists', (id, { parameters, body }) => {
    const { path = {}, query = {}, body: sent = {}, without = [] } = EXAMPLES[id] ?? {};
    const missing = [
      missingIn({ properties: parameters.path }, path, ''),
      missingIn({ properties: parameters.query }, query, ''),
      missingIn(body, sent, ''),
    ];
    expect(missing.flat()).toEqual(without);
  });
});

let server: RunningServer;
// biome-ignore lint/suspicious/noExplicitAny: as orval names them
let schemas: Record<string, any>;
beforeAll(async () => {
  rmSync(OUTPUT, { recursive: true, force: true });
  server = await startServer({ env: { JWT_SECRET: TEST_SECRET, SQLITE_SYNCHRONOUS: 'NORMAL' } });
  const generators = new Map(CLIENTS.map(({ generate, folder }) => [generate, folder]));
  for (const [generate, folder] of generators) await generateInto(folder, generate);
  schemas = await import(join(OUTPUT, 'orval/zod.ts'));
});
afterAll(() => server[Symbol.asyncDispose]());

async function generateInto(folder: string, { program, args }: GeneratedClient['generate']): Promise<void> {
  const path = join(OUTPUT, folder);
  mkdirSync(path, { recursive: true });
  const env = { BASE_URL: server.url, DOCUMENT, OUTPUT: path };
  const { code, stdout, stderr } = await run(import.meta.dirname, process.execPath, [program, ...args(path)], env);
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${stdout}${stderr}`);
}

describe.each(CLIENTS)('$name', (client) => {
  const folder = join(OUTPUT, client.folder);
  const file = join(folder, `calls-by-${client.name.replaceAll(/\W+/g, '-')}.ts`);
  let calls: (url: string, token: string) => Record<string, (there: Partial<There>) => Promise<Answer>>;
  beforeAll(async () => {
    writeFileSync(file, callsOf(client, EXAMPLES));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          target: 'es2022',
          module: 'esnext',
          moduleResolution: 'bundler',
          lib: ['es2023', 'dom', 'dom.iterable'],
          types: ['node'],
          skipLibCheck: true,
          noEmit: true,
        },
      }),
    );
    calls = (await import(file)).default;
  });

  it('compiles under strict, with each call', async () => {
    expect((await compile(folder, NATIVE)).errors).toEqual([]);
  });

  it.each(each)('%s', async (id, operation) => {
    const there = await make(server.url, TOKENS, neededFor(id));
    const token = operation.path.startsWith('/support/') ? TOKENS.customer : TOKENS.admin;
    const answer = await calls(server.url, token)[id]?.(there);
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    if (operation.method === 'GET') expect(answer?.body).toEqual(await plainBody(operation, token, there));
    if (/^(list|search)/.test(id))
      expect(listsIn(answer?.body)).toContainEqual(expect.arrayContaining([expect.anything()]));
    expect(schemas[`${id}Response`].safeParse(answer?.body).error).toBeUndefined();
  });
});
