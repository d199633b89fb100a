import fc from 'fast-check';
import type { Schema } from '../schema.js';
import type { JsonText } from './hostile-json.js';

const quoted = (...texts: string[]) => texts.map((text) => JSON.stringify(text));

/** JSON just beside what a schema allows: by type, by limit, by what no engine or encoding can carry. */
export function nearlyValidJson(schema: Schema): JsonText {
  return fc.oneof(...candidates(schema).map((texts) => fc.constantFrom(...texts)));
}

function candidates(schema: Schema): string[][] {
  const { type, minLength = 0, maxLength = 50, minimum = 0, maximum = 10, minItems = 0, maxItems = 3 } = schema;
  if (schema.enum !== undefined) {
    const values = schema.enum.map(String);
    return [
      quoted(...values.map((value) => value.toLowerCase()), ...values.map((value) => ` ${value}`)),
      ['null', '0', 'true', '[]', '{}', `[${quoted(...values).join(',')}]`, '""', '"\\u0000"'],
    ];
  }
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(candidates);
  switch (type) {
    case 'string':
      return [
        quoted('x'.repeat(maxLength + 1), '😀'.repeat(maxLength + 1), ' '.repeat(minLength), '', '\u3000\ufeff\n'),
        // U+0000 and lone surrogates: at the ends, inside, and in the wrong order.
        quoted('\0', 'a\0b', 'a\ud800', '\udc00a', '\ude00\ud83d'),
        ['null', 'true', '5', '["a"]', '{"a":"b"}'],
      ];
    case 'integer':
      return [
        [minimum - 1, maximum + 1, -0.5, minimum + 0.5].map(String),
        ['-0', '1e2', `${minimum}.0`, '9007199254740993', '1e999'],
        ['null', 'true', '""', `"${minimum}"`, `[${minimum}]`, '{}'],
      ];
    case 'array':
      return [
        [maxItems + 1, 5000, ...(minItems > 0 ? [minItems - 1] : [])].map((many) =>
          JSON.stringify(Array(many).fill('f')),
        ),
        ['null', '"f"', '5', '{"0":"f"}', '{"length":1}', '[[]]', '[null]', '[[["f"]]]'],
      ];
    default:
      return [['null', 'true', '5', '"a"', '[]', '[{}]']];
  }
}
