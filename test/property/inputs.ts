import fc from 'fast-check';
import { rarely } from '../support/arbitraries.js';
import type { Input } from './input-rules.js';

// The first of each list is the simplest: what a counterexample shrinks to.

const goodText = rarely(
  5,
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((text) => /\S/.test(text) && !text.includes('\0')),
  fc.constantFrom('a', 'Card is lost', "O'Brien: «naïve» ☕\r\n", '  padded  ', '👩‍👩‍👧', '\u00a0x', 'e\u0301'),
);
const noText = fc.constantFrom(' ', '', '\u3000\ufeff\n', 'a\0b', '\ud800', 'x\udc00\ud800', null, 5, ['a'], {});
const text = (max: number) =>
  rarely(12, noText, rarely(12, fc.constantFrom('x'.repeat(max), '😀'.repeat(max), `${'😀'.repeat(max)}x`), goodText));

const fileId = rarely(
  12,
  fc.constantFrom('', 'x'.repeat(129), '\ud800', 'a\0', 7, null),
  fc.constantFrom('file_1', 'f', 'ü'.repeat(128), ' ', '../x'),
);
const attachments = rarely(
  12,
  fc.constantFrom(Array(20).fill('f'), Array(21).fill('f'), 'file_1', null, {}),
  fc.array(fileId, { maxLength: 4 }),
);
const priority = rarely(12, fc.constantFrom('high', '', ' Low'), fc.constantFrom('Low', 'Medium', 'High', 'Critical'));

/** A typing error, a field of somewhere else, or one that would grant something. */
const unknownField = fc.constantFrom('attachment', 'Subject', 'status', 'role', 'userId', 'constructor', '__proto__');
const record = (fields: Record<string, fc.Arbitrary<unknown>>, required: string[]): fc.Arbitrary<Input> =>
  fc
    .tuple(fc.record(fields, { requiredKeys: required }), rarely(12, unknownField, fc.constant(undefined)))
    // Computed names define `__proto__`; an assignment would not.
    .map(([known, unknown]) => (unknown === undefined ? known : { ...known, [unknown]: 'admin' }));

const categoryId = rarely(
  12,
  fc.constantFrom('category_003', 'nope', '', '\0', '\ud800', null, 1),
  fc.constantFrom('category_001', 'category_002'),
);
const ticketFields = { subject: text(200), description: text(10_000), categoryId, priority, attachments };
const plainTicket: fc.Arbitrary<Input> = fc.record({
  subject: goodText,
  description: fc.constant('d'),
  categoryId: fc.constant('category_001'),
  priority: fc.constantFrom('Low', 'Critical'),
});

// Half of them good for certain: most steps need a ticket, and a conversation, to be about.
export const tickets = fc.oneof(
  plainTicket,
  rarely(6, record(ticketFields, []), record(ticketFields, ['subject', 'description', 'categoryId'])),
);

const messageFields = { message: text(10_000), attachments };
export const messages = fc.oneof(
  fc.record({ message: goodText }),
  rarely(6, record(messageFields, []), record(messageFields, ['message'])),
);

export const closings = record({ resolution: rarely(4, fc.constantFrom('', ' ', '\u3000\n'), text(2000)) }, []);

const page = rarely(6, fc.constantFrom(0, -1, 1.5, 1e9, 2 ** 53, 'x', '', '٣'), fc.integer({ min: 1, max: 3 }));
export const limit = rarely(6, fc.constantFrom(0, 100, 101, 2.5, 'all'), fc.integer({ min: 1, max: 3 }));
const status = rarely(
  12,
  fc.constantFrom('open', 'In+Progress', ''),
  fc.constantFrom('Open', 'In Progress', 'Resolved', 'Closed'),
);
export const queries = fc.oneof(
  record({ page, limit }, []),
  record({ status, limit }, []),
  record({ status, priority, page, limit }, []),
);
