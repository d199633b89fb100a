import { describe, expect, it } from 'vitest';
import { type Verified, VerifiedTokens } from '../../src/auth/verified-tokens.js';

const verified = (userId: string): Verified => ({
  identity: { principal: { userId, role: 'customer' }, unknownRole: undefined, notBefore: 0, expires: 1 },
  edition: 'first',
});

describe('verified tokens', () => {
  it('are given back as they were kept', () => {
    const tokens = new VerifiedTokens();
    const entry = verified('user_123');
    tokens.set('a.b.c', entry);
    expect(tokens.get('a.b.c')).toBe(entry);
    expect(tokens.get('a.b.d')).toBeUndefined();
    tokens.delete('a.b.c');
    expect(tokens.get('a.b.c')).toBeUndefined();
  });

  it('are bounded in number: those that have not been used for long go', () => {
    const tokens = new VerifiedTokens({ tokens: 4 });
    for (const token of ['a', 'b', 'c']) tokens.set(token, verified(token));
    tokens.get('a');
    tokens.set('d', verified('d'));
    tokens.set('e', verified('e'));
    expect(['a', 'b', 'c', 'd', 'e'].filter((token) => tokens.get(token))).toEqual(['a', 'c', 'd', 'e']);
    const others = Array.from({ length: 20 }, (_, n) => `other ${n}`);
    for (const token of others) tokens.set(token, verified(token));
    const kept = ['a', 'b', 'c', 'd', ...others].filter((token) => tokens.get(token));
    expect(kept).toEqual(others.slice(-4));
  });

  it('say what was kept last', () => {
    const tokens = new VerifiedTokens({ tokens: 2 });
    tokens.set('a', verified('first'));
    tokens.set('b', verified('b'));
    const second = verified('second');
    tokens.set('a', second);
    tokens.set('c', verified('c'));
    expect(tokens.get('a')).toBe(second);
    expect(tokens.get('b')).toBeUndefined();
  });

  it('are bounded in bytes, however they are replaced and removed', () => {
    const tokens = new VerifiedTokens({ characters: 160 });
    for (let round = 0; round < 50; round++) {
      tokens.set('x'.repeat(40), verified('x'));
      tokens.set('y'.repeat(40), verified('y'));
      tokens.set('x'.repeat(40), verified('x'));
      tokens.delete('nobody');
    }
    expect(tokens.get('x'.repeat(40))).toBeDefined();
    expect(tokens.get('y'.repeat(40))).toBeDefined();
    tokens.set('z'.repeat(60), verified('z'));
    tokens.set('v'.repeat(60), verified('v'));
    tokens.set('t'.repeat(40), verified('t'));
    expect(tokens.get('x'.repeat(40))).toBeUndefined();
    expect(tokens.get('y'.repeat(40))).toBeUndefined();
    expect(tokens.get('z'.repeat(60))).toBeDefined();
    tokens.set('w'.repeat(161), verified('w'));
    expect(tokens.get('w'.repeat(161))).toBeUndefined();
    expect(tokens.get('z'.repeat(60))).toBeDefined();
  });
});
