import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { environment } from '../../src/config/config.js';
import { boundsOf, trpcBounds } from '../../src/http/limits/body-bounds.js';
import { largestInput } from '../../src/http/limits/input-size.js';
import { excessOf } from '../../src/http/request/json-structure.js';
import type { ProcedureDefinition } from '../../src/procedure/run-procedure.js';
import { appRouter } from '../../src/router.js';
import { validJson } from '../fuzz/inputs/json.js';
import type { Schema } from '../fuzz/schema.js';
import { withoutReferences } from '../fuzz/schema.js';
import { randomness } from '../support/randomness.js';

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: ProcedureDefinition }>,
);
const each = procedures.map(([name, { _def }]) => [name, _def.inputs[0]] as const);

describe.each(each)('the input of %s', (_name, schema) => {
  const size = largestInput(schema);

  it('has an upper bound: a longest text, a longest list, no fields of any name', () => {
    expect(size.bytes).toBeLessThan(Number(environment.parse({ JWT_SECRET: 'x'.repeat(32) }).BODY_LIMIT));
    expect(size.depth).toBeLessThanOrEqual(3);
  });

  it('is within it, with each character escaped and laid out for people', () => {
    if (schema === undefined) return;
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    fc.assert(
      fc.property(validJson(withoutReferences(json, json) as Schema), (text) => {
        // As large as if it were valid; whether it is makes no difference here.
        const written = JSON.stringify(JSON.parse(text), null, '\t').replaceAll(
          /[^\s{}[\]:,"\\]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(boundsOf(size).bytes);
        expect(Buffer.byteLength(written)).toBeLessThanOrEqual(boundsOf(size).bytes);
        expect(excessOf(Buffer.from(text), boundsOf(size))).toBeUndefined();
      }),
      randomness('inputs', 30),
    );
  });
});

describe('the largest ticket', () => {
  const escaped = (codePoints: number) => '\\ud83d\\ude00'.repeat(codePoints);
  const file = `"${escaped(128)}"`;
  const text = `{"subject":"${escaped(200)}","description":"${escaped(10_000)}","categoryId":"category_001",
    "priority":"Medium","attachments":[${Array(20).fill(file).join(',\n      ')}]}`;
  const { bytes } = trpcBounds(appRouter)(['support.tickets.create']);

  it('fits, and not much more does', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
    expect(bytes).toBeLessThan(1.1 * Buffer.byteLength(text));
  });

  it('fits as many times as a batch has it', () => {
    const batch = trpcBounds(appRouter)(Array(5).fill('support.tickets.create'));
    const body = `{${Array.from({ length: 5 }, (_, index) => `"${index}":${text}`).join(',')}}`;
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(batch.bytes);
    expect(excessOf(Buffer.from(body), batch)).toBeUndefined();
  });
});

it('an input without an upper bound is told', () => {
  for (const schema of [
    z.strictObject({ text: z.string() }),
    z.strictObject({ list: z.array(z.string().max(5)) }),
    z.object({ text: z.string().max(5) }).loose(),
    z.strictObject({ any: z.any() }),
    z.strictObject({ map: z.record(z.string(), z.boolean()) }),
  ]) {
    expect(largestInput(schema).bytes).toBe(Number.POSITIVE_INFINITY);
  }
});
