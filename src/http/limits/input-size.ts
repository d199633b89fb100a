import { z } from 'zod';
import type { Json } from '../openapi/components.js';

/** How large an input can be, as JSON. */
export interface InputSize {
  bytes: number;
  /** Objects, arrays, and what is in them. */
  values: number;
  /** Of objects and arrays within one another. */
  depth: number;
}

/** `\ud83d\ude00`: what a code point takes where a client escapes all that it can. */
const CODE_POINT_BYTES = 12;
/** No number that a schema takes is written longer, nor `false`. */
const SCALAR_BYTES = 32;
/** Around a value: a comma, and white space of whoever writes JSON for people. */
const AROUND_BYTES = 64;

/**
 * The largest input that a schema takes, however it is written; `except`: fields that come otherwise than in it. Where a
 * text or a list has no upper bound the size is Infinity; a test holds the router to having none.
 */
export function largestInput(schema: z.ZodType | undefined, except: readonly string[] = []): InputSize {
  if (schema === undefined) return { bytes: 0, values: 0, depth: 0 };
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const fields = Object.entries((root.properties ?? {}) as Json).filter(([name]) => !except.includes(name));
  return sizeOf(root.properties === undefined ? root : { ...root, properties: Object.fromEntries(fields) }, root);
}

function sizeOf(node: Json, root: Json): InputSize {
  if (typeof node.$ref === 'string') return sizeOf(target(node.$ref, root), root);
  const alternatives = (node.anyOf ?? node.oneOf) as Json[] | undefined;
  if (alternatives !== undefined) return alternatives.map((one) => sizeOf(one, root)).reduce(larger);
  const values = 'const' in node ? [node.const] : (node.enum as unknown[] | undefined);
  if (values !== undefined) return scalar(Math.max(...values.map((value) => escapedBytes(JSON.stringify(value)))));
  switch (node.type) {
    case 'object':
      return objectSize(node, root);
    case 'array':
      return times(sizeOf(node.items as Json, root), bound(node.maxItems));
    case 'string':
      return scalar(2 + CODE_POINT_BYTES * bound(node.maxLength));
    case 'integer':
    case 'number':
    case 'boolean':
    case 'null':
      return scalar(SCALAR_BYTES);
    default:
      return { bytes: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY };
  }
}

function objectSize({ properties = {}, additionalProperties }: Json, root: Json): InputSize {
  // Strict objects only: what is not named has no bound.
  const size = scalar(additionalProperties === false ? 0 : Number.POSITIVE_INFINITY);
  for (const [name, field] of Object.entries(properties as Record<string, Json>)) {
    const { bytes, values, depth } = sizeOf(field, root);
    size.bytes += escapedBytes(name) + bytes;
    size.values += values;
    size.depth = Math.max(size.depth, depth);
  }
  size.depth += 1;
  return size;
}

function times(item: InputSize, count: number): InputSize {
  return { bytes: AROUND_BYTES + item.bytes * count, values: 1 + item.values * count, depth: item.depth + 1 };
}

function scalar(bytes: number): InputSize {
  return { bytes: bytes + AROUND_BYTES, values: 1, depth: 0 };
}

function larger(one: InputSize, other: InputSize): InputSize {
  return {
    bytes: Math.max(one.bytes, other.bytes),
    values: Math.max(one.values, other.values),
    depth: Math.max(one.depth, other.depth),
  };
}

/** Each character of it may be escaped. */
function escapedBytes(text: string): number {
  return 6 * (text.length + 2);
}

function bound(limit: unknown): number {
  return typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY;
}

function target(reference: string, root: Json): Json {
  const names = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return names.reduce<Json>((node, name) => node[name] as Json, root);
}
