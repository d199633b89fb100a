import fc from 'fast-check';
import { rarely } from '../../support/arbitraries.js';
import { ENCODINGS, type FuzzRequest } from '../request.js';
import type { Schema } from '../schema.js';
import { contentType, type Header } from './headers.js';
import { hostileDocument } from './hostile-json.js';
import { bodyFor } from './json.js';

type BodyParts = Pick<ConstructorParameters<typeof FuzzRequest>[0], 'body' | 'chunked'> & {
  headers: readonly Header[];
};

/** A body where the operation takes one, and now and then where it takes none. */
export function withBody(schema: Schema | undefined): fc.Arbitrary<BodyParts> {
  const none: fc.Arbitrary<BodyParts> = fc.constant({ headers: [] });
  const text = schema === undefined ? hostileDocument : bodyFor(schema);
  const encoding = rarely(12, fc.constantFrom(...ENCODINGS), fc.constant('utf8' as const));
  const some = fc.record({
    headers: contentType,
    body: fc.record({ text, encoding }),
    chunked: rarely(6, fc.constant(true), fc.constant(false)),
  });
  return schema === undefined ? rarely(12, some, none) : rarely(12, none, some);
}

/** Files of kinds that are taken, and of others. */
const FILE_TEXTS = [
  'Plain text',
  'a;b\n1;2',
  'GIF89a\x01\0\x01\0\0\0\0;',
  '%PDF-1.7\n%%EOF',
  '<svg/>',
  '<?xml version="1.0"?><a/>',
  '\0',
  '',
];

export const fileBody: fc.Arbitrary<BodyParts> = fc.record({
  headers: contentType,
  body: fc.record({
    text: fc.oneof(fc.constantFrom(...FILE_TEXTS), hostileDocument),
    encoding: rarely(6, fc.constantFrom(...ENCODINGS), fc.constant('utf8' as const)),
  }),
  chunked: rarely(4, fc.constant(true), fc.constant(false)),
});
