import { readFileSync } from 'node:fs';

/** The text of the committed openapi.json, which a test holds against the router. */
export function readOpenApiDocument(): string {
  return readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8');
}
