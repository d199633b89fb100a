import { readFileSync } from 'node:fs';
import type { AnyTRPCProcedure } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import type { Meta } from '../../src/procedure/meta.js';
import { appRouter } from '../../src/router.js';
import { answerSize, inWords } from '../support/answer-size.js';
import { readPage, tableRows } from '../support/markdown.js';

const { paths } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
/** A stream has no end: docs/live.md says how much one value is. */
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>).filter(
  ([, { _def }]) => _def.type !== 'subscription',
);

/** Procedure → what docs/api.md says that a body comes to: without escapes, and at most. */
const documented = new Map(
  tableRows(readPage('docs/api.md').text, 'Answer of').flatMap(([names = '', , plain = '', escaped = '']) =>
    names.split(', ').map((name) => [name.replaceAll('`', ''), [plain, escaped]] as const),
  ),
);

describe('the upper bound of the answer of', () => {
  it.each(procedures)('%s is what docs/api.md says', (name, { _def }) => {
    const { method, path } = (_def.meta as Meta).openapi as NonNullable<Meta['openapi']>;
    const { plain, escaped } = answerSize(paths[path][method.toLowerCase()]);
    expect(documented.get(name)).toEqual([inWords(plain), inWords(escaped)]);
  });

  it('no procedure that is not there is in the table', () => {
    expect([...documented.keys()].sort()).toEqual(procedures.map(([name]) => name).sort());
  });
});
