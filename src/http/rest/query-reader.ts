import { z } from 'zod';
import { MAX_DETAILS } from '../../errors/cut.js';

type Convert = (value: string) => unknown;

// Only what a number or a boolean is written like; anything else goes on as the string that it is, and the schema
// refuses it at its name. Zod's own coercion would take '', '1e1' and '0x10', and would do so over tRPC too.
const toInteger: Convert = (value) => (/^-?(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value);
const toNumber: Convert = (value) => (/^-?(0|[1-9]\d{0,15})(\.\d+)?$/.test(value) ? Number(value) : value);
const toBoolean: Convert = (value) => (value === 'true' ? true : value === 'false' ? false : value);

const CONVERT: Record<string, Convert> = { integer: toInteger, number: toNumber, boolean: toBoolean };

interface List {
  name: string;
  /** One more item than the schema takes is enough to be refused for. */
  most: number;
  convert: Convert | undefined;
}

/**
 * A list as clients send it: `status=Open&status=Closed` (OpenAPI's default), `status=Open,Closed`, and `status[]=Open` of
 * those that mark lists by brackets. No value that a list can hold has a comma in it.
 */
function toList(values: unknown[], most: number, convert: Convert = (value) => value): unknown[] {
  const items = values.slice(0, most).flatMap((value) => (typeof value === 'string' ? value.split(',', most) : value));
  return items.slice(0, most).map((item) => (typeof item === 'string' ? convert(item) : item));
}

/**
 * Makes the function that gives query strings the types that a schema's fields have. What is converted is read off the
 * schema once, at start-up. Of the fields that the schema doesn't know, only those that may be told of come through.
 */
export function queryReader(schema: z.ZodType): (query: Record<string, unknown>) => Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const conversions = new Map<string, Convert>();
  const lists: List[] = [];
  for (const [name, field] of Object.entries(properties)) {
    if (typeof field !== 'object') continue;
    const convert = CONVERT[String(field.type)];
    if (convert !== undefined) conversions.set(name, convert);
    if (field.type === 'array') {
      lists.push({ name, most: (field.maxItems ?? MAX_DETAILS) + 1, convert: CONVERT[String(typeOfItems(field))] });
    }
  }
  const mostFields = Object.keys(properties).length + MAX_DETAILS;
  return (query) => {
    // A null prototype would hide `__proto__` from nobody, but Zod wants a plain object.
    const typed: Record<string, unknown> = { ...firstFields(query, mostFields) };
    for (const [name, convert] of conversions) {
      const value = query[name];
      if (typeof value === 'string') typed[name] = convert(value);
      // Given twice, and no list.
      else if (value !== undefined) typed[name] = null;
    }
    for (const { name, most, convert } of lists) {
      const sent = [query[name], query[`${name}[]`]].flat().filter((value) => value !== undefined);
      delete typed[`${name}[]`];
      if (sent.length > 0) typed[name] = toList(sent, most, convert);
    }
    return typed;
  };
}

function typeOfItems({ items }: z.core.JSONSchema.JSONSchema): unknown {
  return typeof items === 'object' && !Array.isArray(items) ? items.type : undefined;
}

function firstFields(query: Record<string, unknown>, most: number): Record<string, unknown> {
  const names = Object.keys(query);
  if (names.length <= most) return query;
  return Object.fromEntries(names.slice(0, most).map((name) => [name, query[name]]));
}
