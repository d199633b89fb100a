import { expect, it } from 'vitest';
import { withWebAddresses } from '../../src/browser/web-addresses.js';

const addressesIn = (text: string) =>
  withWebAddresses(text)
    .filter(({ isAddress }) => isAddress)
    .map((piece) => piece.text);

it('finds addresses, without what ends a sentence or a bracket', () => {
  expect(addressesIn('See https://a.example/x?y=1, (http://b.example/z) and “https://c.example”.')).toEqual([
    'https://a.example/x?y=1',
    'http://b.example/z',
    'https://c.example',
  ]);
});

it('takes no other scheme for one, nor markup', () => {
  expect(addressesIn('javascript:alert(1) ftp://a.example <https://b.example> https://')).toEqual([
    'https://b.example',
  ]);
});

it('keeps every character, at its place', () => {
  const text = 'https://a.example https://b.example\nend';
  const pieces = withWebAddresses(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  for (const piece of pieces) expect(text.startsWith(piece.text, piece.at)).toBe(true);
});
