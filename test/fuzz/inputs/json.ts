import fc from 'fast-check';
import { TICKET_PRIORITIES } from '../../../src/tickets/lifecycle.js';
import { rarely } from '../../support/arbitraries.js';
import { requireKnown, type Schema } from '../schema.js';
import { CATEGORIES, DELIVERIES, FILES, MACROS, PRINCIPALS, TICKETS, VIEWS, WEBHOOKS, WORD } from '../world.js';
import { idempotencyKey } from './headers.js';
import { hostileDocument, hostileJson, hostileKey, type JsonText } from './hostile-json.js';
import { nearlyValidJson } from './nearly-valid-json.js';

/** Those that something can be done with, most of the time. */
const tickets = fc.constantFrom(...TICKETS, 'TICKET_OWN', 'TICKET_OTHERS', 'TICKET_RESOLVED', 'TICKET_RESOLVED');

const agents = fc.constantFrom(
  ...Object.values(PRINCIPALS).map(({ userId }) => userId),
  "O'Brien «naïve» ☕",
  '\u202e\u200b x',
  ' padded ',
  'me',
  '😀'.repeat(255),
);

/** The same ones again and again, in more than one spelling. */
const tags = fc.constantFrom(
  'a',
  'refund',
  'REFUND',
  'é',
  'e\u0301',
  'É',
  'İ'.repeat(50),
  'ǅ',
  'ß',
  '支付',
  '𝒳-1',
  '_',
);

/** What a schema can't say: values that lead somewhere. */
export const MEANINGFUL: Record<string, fc.Arbitrary<string>> = {
  categoryId: fc.constantFrom(...CATEGORIES),
  // One item that is all of them: see WORD.
  categoryIds: rarely(6, fc.constantFrom(...CATEGORIES), fc.constant('CATEGORIES_ACTIVE')),
  ticketId: tickets,
  ticketIds: tickets,
  ...Object.fromEntries(['agentId', 'assignedAgent', 'assignee'].map((name) => [name, agents])),
  ...Object.fromEntries(['add', 'remove', 'prefix'].map((name) => [name, tags])),
  macroId: fc.constantFrom(...MACROS),
  viewId: fc.constantFrom(...VIEWS, 'VIEW_SHARED'),
  viewIds: fc.constantFrom(...VIEWS, 'VIEW_SHARED', 'VIEW_SHARED'),
  webhookId: fc.constantFrom(...WEBHOOKS, 'WEBHOOK_ACTIVE', 'WEBHOOK_ACTIVE'),
  deliveryId: fc.constantFrom(...DELIVERIES, 'DELIVERY_SENT'),
  url: fc.constantFrom(
    'https://example.com/hook',
    'https://receiver.example/?a=b&c=%20',
    'https://[2606:4700::1111]/',
    'http://127.0.0.1/',
    'https://user@example.com/',
    'https://example.com/#a',
    'mailto:a@example.com',
    'x',
  ),
  fileId: fc.constantFrom(...FILES),
  attachments: fc.oneof(fc.constantFrom(...FILES, 'FILE_FREE', 'FILE_FREE'), fc.constantFrom('file_id_123', 'a', '☕')),
  name: fc
    .oneof(
      fc.constantFrom('a.png', '../../a.txt', 'x'.repeat(100), '\u202egnp.exe', 'a.csv', 'Größe'),
      fc.string({ minLength: 1 }),
    )
    .map((name) => (name.trim() === '' ? 'a' : name.replaceAll('\0', '').slice(0, 100) || 'a')),
  priority: fc.constantFrom(...TICKET_PRIORITIES),
  'Idempotency-Key': idempotencyKey,
  cursor: fc
    .constantFrom(
      ['older', 2],
      ['newer', 0],
      ['newer', 2 ** 31 - 1],
      ['older', 2 ** 31],
      ['older', '2026-01-22T16:30:00.000Z', 'note_1'],
      ['newer', '0001-01-01T00:00:00.000Z', 'note_'],
      ['older', '9999-12-31T24:00:00.000Z', 'note_1'],
      ['waiting', 0, '2026-01-22T16:30:00.000Z', 'ticket_1'],
      [0, 0],
    )
    .map((place) => Buffer.from(JSON.stringify(place)).toString('base64url')),
  after: fc
    .constantFrom('updated', 'waiting')
    .map((sort) =>
      Buffer.from(JSON.stringify([sort, 0, '2026-01-22T16:30:00.000Z', 'ticket_1'])).toString('base64url'),
    ),
  ...Object.fromEntries(
    ['createdFrom', 'createdTo', 'updatedFrom', 'updatedTo', 'since'].map((name) => [
      name,
      fc.constantFrom(
        '2026-01-22T16:30:00Z',
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59.999999Z',
        '2026-01-22T23:59:59.5-23:59',
      ),
    ]),
  ),
  from: fc.constantFrom('2026-01-22T16:30:00Z', '2026-01-01T00:00:00+05:30'),
  to: fc.constantFrom(
    '2026-12-31T00:00:00Z',
    '2026-02-01T00:00:00.001Z',
    '2026-01-01T00:00:00z',
    '2028-01-01T00:00:00Z',
  ),
  timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'),
  opens: fc.constantFrom('00:00', '08:59', '09:00'),
  closes: fc.constantFrom('09:30', '17:00', '24:00'),
  date: fc.constantFrom('2026-12-25', '2028-02-29', '2026-01-01'),
  q: fc.constantFrom(
    'a',
    '"a',
    '*',
    "O'Brien «naïve» ☕ a*",
    'AND OR NOT NEAR(a b)',
    ':* & | ! <->',
    '\\',
    'ﬁ ½ ² 𝒳 İ',
  ),
};

/** JSON that a schema allows. `name`: of the field that it is for. */
export function validJson(schema: Schema, name = ''): JsonText {
  requireKnown(schema);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum.map((value) => JSON.stringify(value)));
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => validJson(one, name)));
  switch (schema.type) {
    case 'null':
      return fc.constant('null');
    case 'string':
      return stringJson(MEANINGFUL[name] ?? validText(schema));
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 5, 150) }).map(String);
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'array':
      return arrayOf(validJson(schema.items ?? {}, name), schema);
    case 'object':
      return objectOf(fieldsOf(schema));
    default:
      throw new Error(`The fuzzer has no values of type ${String(schema.type)}`);
  }
}

/** JSON with one thing wrong by its schema; all the rest is valid, so that nothing else hides it. */
export function mistakenJson(schema: Schema): JsonText {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(mistakenJson));
  if (schema.type === 'array') {
    const item = schema.items ?? {};
    const withOne = fc
      .tuple(fc.array(validJson(item), { maxLength: 2 }), mistakenJson(item))
      .map(([good, bad]) => `[${[...good, bad].join(',')}]`);
    return fc.oneof(withOne, nearlyValidJson(schema));
  }
  if (schema.type !== 'object') return rarely(6, hostileJson, nearlyValidJson(schema));
  const { properties = {}, required = [] } = schema;
  const good = fieldsOf(schema);
  const wrongField = Object.entries(properties).map(([name, field]) => {
    const mistaken = member(name, mistakenJson(field));
    return objectOf({ ...good, [name]: mistaken });
  });
  const missing = required.map((name) => objectOf({ ...good, [name]: fc.constant([]) }));
  const anyValue = fc.oneof(fc.constantFrom('1', 'null', '"a"'), hostileJson);
  const unknown = objectOf({ ...good, '': fc.tuple(hostileKey, anyValue).map(([key, value]) => [`${key}:${value}`]) });
  const twice = Object.keys(properties).map((name) => objectOf({ ...good, '': member(name, anyValue) }));
  return fc.oneof(...wrongField, ...wrongField, ...missing, ...twice, unknown, unknown, nearlyValidJson(schema));
}

/** A body for a schema: as often as not right, else wrong in one place, in several, or something else altogether. */
export function bodyFor(schema: Schema): JsonText {
  const { properties = {} } = schema;
  const several = Object.entries(properties).map(([name, field]) => [
    name,
    member(name, fc.oneof(validJson(field, name), mistakenJson(field), hostileJson)),
  ]);
  const valid = validJson(schema);
  return fc.oneof(
    {
      weight: 12,
      arbitrary: rarely(
        8,
        valid.map((text) => `\r\n\t ${text} `),
        valid,
      ),
    },
    { weight: 8, arbitrary: mistakenJson(schema) },
    { weight: 2, arbitrary: objectOf(Object.fromEntries(several)) },
    { weight: 2, arbitrary: hostileDocument },
  );
}

/** The members of an object by what they are for: each gives one, or none. */
type Fields = Record<string, fc.Arbitrary<readonly string[]>>;

function fieldsOf({ properties = {}, required = [] }: Schema): Fields {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const present = member(name, validJson(schema, name));
      return [name, required.includes(name) ? present : fc.oneof(present, fc.constant([]))];
    }),
  );
}

function member(name: string, value: JsonText): fc.Arbitrary<string[]> {
  return value.map((text) => [`${JSON.stringify(name)}:${text}`]);
}

function objectOf(fields: Fields): JsonText {
  return fc.tuple(...Object.values(fields)).chain((groups) => {
    const members = groups.flat();
    const shuffled = fc.shuffledSubarray(members, { minLength: members.length });
    return rarely(4, shuffled, fc.constant(members)).map((ordered) => `{${ordered.join(',')}}`);
  });
}

function arrayOf(item: JsonText, { minItems = 0, maxItems = 3 }: Schema): JsonText {
  return fc
    .array(item, { minLength: minItems, maxLength: Math.min(maxItems, 3) })
    .map((items) => `[${items.join(',')}]`);
}

/** As JSON.stringify writes it, and now and then with each character escaped: the same text. */
function stringJson(text: fc.Arbitrary<string>): JsonText {
  return fc.tuple(text, rarely(8, fc.constant(true), fc.constant(false))).map(([value, escaped]) => {
    if (!escaped || value.length > 300 || value.match(WORD)) return JSON.stringify(value);
    const units = Array.from({ length: value.length }, (_, index) => value.charCodeAt(index));
    return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
  });
}

function validText({ minLength = 0, maxLength = 50, pattern }: Schema): fc.Arbitrary<string> {
  const texts = [
    'a',
    "O'Brien «naïve» ☕",
    '\u202e\u200b x',
    ' padded\t',
    '<script>alert(1)</script>',
    "'; DROP TABLE x;--",
  ];
  const fits = (text: string) =>
    (pattern === undefined || new RegExp(pattern, 'u').test(text)) &&
    !text.includes('\0') &&
    [...text].length >= minLength &&
    [...text].length <= maxLength;
  // Of chance alone none would come, for ever.
  if (!texts.some(fits)) throw new Error(`The fuzzer has no text for ${pattern}: say one in MEANINGFUL`);
  const limits = ['x'.repeat(maxLength), '😀'.repeat(maxLength), `a${'\u0300'.repeat(maxLength - 1)}`];
  return rarely(
    6,
    fc.oneof(fc.constantFrom(...limits), fc.string({ unit: 'binary', maxLength: 20 })),
    fc.constantFrom(...texts),
  ).filter(fits);
}
