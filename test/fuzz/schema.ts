/** The part of JSON Schema that our documents use. */
export interface Schema {
  type?: string;
  enum?: unknown[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
}

/** What generators read; a schema that says more needs a generator that knows it. */
const KNOWN = new Set([
  ...['type', 'enum', 'anyOf', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'format'],
  ...['minItems', 'maxItems', 'items', 'properties', 'required', 'additionalProperties'],
]);
const WITHOUT_MEANING = new Set(['$defs', 'default', 'description', 'examples', 'example', '$schema', 'id']);

/** @throws Error where the fuzzer would pass over something that a schema says. */
export function requireKnown(schema: Schema): void {
  for (const keyword of Object.keys(schema)) {
    if (!KNOWN.has(keyword) && !WITHOUT_MEANING.has(keyword)) throw new Error(`The fuzzer does not know "${keyword}"`);
  }
}

/** A part of a document with what its references refer to in their place. */
export function withoutReferences<T>(document: object, part: T): T {
  const resolve = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(resolve);
    if ('$ref' in value) return resolve(target(document, String(value.$ref)));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
  };
  return resolve(part) as T;
}

function target(document: object, reference: string): unknown {
  const names = reference.replace(/^#\//, '').split('/');
  return names.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], document);
}
