import { z } from 'zod';

type Convert = (value: string) => unknown;

// Only what a number or a boolean is written like; anything else goes on as the string that it is, and the schema
// refuses it at its name. Zod's own coercion would take '', '1e1' and '0x10', and would do so over tRPC too.
const toInteger: Convert = (value) => (/^-?(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value);
const toNumber: Convert = (value) => (/^-?(0|[1-9]\d{0,15})(\.\d+)?$/.test(value) ? Number(value) : value);
const toBoolean: Convert = (value) => (value === 'true' ? true : value === 'false' ? false : value);

const CONVERT: Record<string, Convert> = { integer: toInteger, number: toNumber, boolean: toBoolean };

/**
 * A list as clients send it: `status=Open&status=Closed` (OpenAPI's default), `status=Open,Closed`, and `status[]=Open` of
 * those that mark lists by brackets. No value that a list can hold has a comma in it.
 */
function toList(values: unknown[]): unknown[] {
  return values.flatMap((value) => (typeof value === 'string' ? value.split(',') : value));
}

/**
 * Makes the function that gives query strings the types that a schema's fields have. What is converted is read off the
 * schema once, at start-up.
 */
export function queryReader(schema: z.ZodType): (query: Record<string, unknown>) => Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const conversions = new Map<string, Convert>();
  const lists: string[] = [];
  for (const [name, field] of Object.entries(properties)) {
    const type = typeof field === 'object' ? String(field.type) : '';
    const convert = CONVERT[type];
    if (convert !== undefined) conversions.set(name, convert);
    if (type === 'array') lists.push(name);
  }
  return (query) => {
    // A null prototype would hide `__proto__` from nobody, but Zod wants a plain object.
    const typed: Record<string, unknown> = { ...query };
    for (const [name, convert] of conversions) {
      const value = query[name];
      if (typeof value === 'string') typed[name] = convert(value);
      // Given twice, and no list.
      else if (value !== undefined) typed[name] = null;
    }
    for (const name of lists) {
      const sent = [query[name], query[`${name}[]`]].flat().filter((value) => value !== undefined);
      delete typed[`${name}[]`];
      if (sent.length > 0) typed[name] = toList(sent);
    }
    return typed;
  };
}
