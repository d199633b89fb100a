import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/project.js';

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape is what is looked at
export type Json = any;

export const DOCUMENT = join(REPOSITORY, 'openapi.json');
const document: Json = JSON.parse(readFileSync(DOCUMENT, 'utf8'));

/** Where a parameter is; a header's value is made for each call, and stands in no example. */
export type Place = 'path' | 'query' | 'header';

export interface Operation {
  id: string;
  method: string;
  path: string;
  /** Schemas by names, in the document's order. */
  parameters: Record<Place, Record<string, Json>>;
  body: Json | undefined;
  /** Its body is a file, and no JSON. */
  takesFile: boolean;
}

/** What a reference stands for. */
export function resolve(node: Json): Json {
  if (node?.$ref === undefined) return node;
  return (node.$ref as string)
    .split('/')
    .slice(1)
    .reduce((at, key) => at[key], document);
}

/** Never ends: it is read by an event source, not by a client that waits for an answer. */
const isStream = (operation: Json) => operation.responses[200]?.content?.['text/event-stream'] !== undefined;

/** All but streams. */
export const operations: Operation[] = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).flatMap(([method, operation]) => {
    if (isStream(operation)) return [];
    const all: Json[] = (operation.parameters ?? []).map(resolve);
    const at = (place: Place) =>
      Object.fromEntries(all.filter((one) => one.in === place).map(({ name, schema }) => [name, resolve(schema)]));
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: { path: at('path'), query: at('query'), header: at('header') },
      body: operation.requestBody && resolve(operation.requestBody.content['application/json']?.schema),
      takesFile: operation.requestBody?.content['application/octet-stream'] !== undefined,
    };
  }),
);
