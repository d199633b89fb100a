import { join } from 'node:path';
import { REPOSITORY } from '../support/project.js';
import { DOCUMENT, type Operation, operations } from './document.js';
import type { Example } from './examples.js';
import { isNamed, nameOf } from './there.js';

// What each generator is run with, and how its client is called: as its documentation has it. A call is source text, so that
// the compiler says whether the client's types take it.

/** What comes back of a call, whichever client made it. */
export interface Answer {
  status: number;
  body: unknown;
}

export interface GeneratedClient {
  name: string;
  /** What it is generated into, below OUTPUT. */
  folder: string;
  generate: { program: string; args: (folder: string) => string[] };
  /** What a file imports that uses it, and what it does once with `url` and `token`. */
  imports: string;
  prepare: string;
  /** An expression that gives an Answer. */
  call(operation: Operation, example: Example): string;
}

const OWN = import.meta.dirname;
export const OUTPUT = join(OWN, 'generated');

const KEY = `{ 'Idempotency-Key': crypto.randomUUID() }`;
const hasKey = ({ parameters }: Operation) => 'Idempotency-Key' in parameters.header;

/** A value as source, with what is there before the call by its name. */
function source(value: unknown): string {
  if (isNamed(value)) return `there.${nameOf(value)}`;
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${source(one)}`)
    .join(', ')} }`;
}

/** Those of the path one by one, then the others that there are, then options. */
function inOrder(operation: Operation, { path = {} }: Example, others: unknown[], options: string): string {
  return [
    ...Object.keys(operation.parameters.path).map((name) => source(path[name])),
    ...others.filter((value) => value !== undefined).map(source),
    options,
  ].join(', ');
}

/** The body, the query, headers; these are typed. */
function asOrval(operation: Operation, example: Example): string {
  const headers = hasKey(operation) ? `${KEY}, ` : '';
  return inOrder(operation, example, [example.body, example.query], `${headers}options`);
}

/** One run makes both of its clients, and Zod schemas. */
const ORVAL: GeneratedClient['generate'] = {
  program: join(OWN, 'node_modules/orval/dist/bin/orval.js'),
  args: () => ['--config', join(OWN, 'orval.config.cjs')],
};

export const CLIENTS: GeneratedClient[] = [
  {
    name: 'openapi-typescript with openapi-fetch',
    folder: 'openapi-fetch',
    generate: {
      program: join(REPOSITORY, 'node_modules/openapi-typescript/bin/cli.js'),
      args: (folder) => [DOCUMENT, '--output', join(folder, 'schema.d.ts')],
    },
    imports: `import createClient from 'openapi-fetch';
import type { paths } from './schema';`,
    prepare: `const api = createClient<paths>({ baseUrl: url, headers: { authorization: \`Bearer \${token}\` } });`,
    call(operation, { path, query, body }) {
      const params = Object.entries({ path, query })
        .filter(([, value]) => value !== undefined)
        .map(([place, value]) => `${place}: ${source(value)}`);
      if (hasKey(operation)) params.push(`header: ${KEY}`);
      const init = [
        ...(params.length > 0 ? [`params: { ${params.join(', ')} }`] : []),
        ...(body === undefined ? [] : [`body: ${source(body)}${operation.takesFile ? ' as never' : ''}`]),
        // Its types have a text for a file, and it would write one as JSON.
        ...(operation.takesFile ? ['bodySerializer: (file: unknown) => file as File'] : []),
      ];
      return `api.${operation.method}('${operation.path}', { ${init.join(', ')} })
        .then(({ data, error, response }) => ({ status: response.status, body: data ?? error }))`;
    },
  },
  {
    name: 'orval with fetch',
    folder: 'orval',
    generate: ORVAL,
    imports: `import * as api from './fetch';`,
    prepare: `const options = { headers: { authorization: \`Bearer \${token}\` } };`,
    call: (operation, example) =>
      `api.${operation.id}(${asOrval(operation, example)})
        .then(({ status, data }) => ({ status, body: data }))`,
  },
  {
    name: 'orval with axios',
    folder: 'orval',
    generate: ORVAL,
    imports: `import { getSupportAPI } from './axios';`,
    prepare: `const api = getSupportAPI();
  const options = { headers: { authorization: \`Bearer \${token}\` }, validateStatus: () => true };`,
    call: (operation, example) =>
      `api.${operation.id}(${asOrval(operation, example)})
        .then(({ status, data }) => ({ status, body: data }))`,
  },
  {
    name: '@hey-api/openapi-ts',
    folder: 'hey-api',
    generate: {
      program: join(OWN, 'node_modules/@hey-api/openapi-ts/bin/run.js'),
      args: () => ['--file', join(OWN, 'hey-api.config.mjs')],
    },
    imports: `import { client } from './client.gen';
import * as api from './sdk.gen';`,
    prepare: `client.setConfig({ baseUrl: url, auth: token });`,
    call(operation, { path, query, body }) {
      const parts = Object.entries({ path, query, body })
        .filter(([, value]) => value !== undefined)
        .map(([place, value]) => `${place}: ${source(value)}`);
      if (hasKey(operation)) parts.push(`headers: ${KEY}`);
      // Its type for a file is one, but its validator wants a text.
      if (operation.takesFile) parts.push('requestValidator: undefined');
      return `api.${operation.id}({ ${parts.join(', ')} })
        .then(({ data, error, response }) => ({ status: response?.status ?? 0, body: data ?? error }))`;
    },
  },
  {
    name: 'swagger-typescript-api',
    folder: 'swagger-typescript-api',
    generate: {
      program: join(OWN, 'node_modules/swagger-typescript-api/dist/cli.mjs'),
      args: (folder) => [
        'generate',
        '--path',
        DOCUMENT,
        '--output',
        folder,
        '--name',
        'api.ts',
        '--generate-union-enums',
      ],
    },
    imports: `import { Api, type HttpResponse } from './api';`,
    prepare: `const api = new Api({ baseUrl: url, securityWorker: () => ({ headers: { authorization: \`Bearer \${token}\` } }) });
  const answer = ({ status, data, error }: HttpResponse<unknown, unknown>) => ({ status, body: data ?? error });`,
    // The parts of the path are its groups; headers are of its options.
    call(operation, example) {
      const group = operation.path.split('/')[1];
      const options = hasKey(operation) ? `{ headers: ${KEY} }` : '{}';
      return `api.${group}.${operation.id}(${inOrder(operation, example, [example.query, example.body], options)}).then(answer, answer)`;
    },
  },
];

/** A module whose default export makes the calls of a client, by operationId, from what is there before each. */
export function callsOf(client: GeneratedClient, examples: Record<string, Example>): string {
  const calls = operations.map((operation) => {
    const example = examples[operation.id] ?? {};
    return `    ${operation.id}: (there: There): Promise<Answer> =>\n      ${client.call(operation, example)},`;
  });
  return `${client.imports}
import type { Answer } from '../../clients';
import type { There } from '../../there';

export default function calls(url: string, token: string) {
  ${client.prepare}
  return {
${calls.join('\n')}
  };
}
`;
}
