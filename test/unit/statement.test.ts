import { describe, expect, it } from 'vitest';
import { textStatement } from '../support/text-statement.js';

describe('Statement', () => {
  const statement = textStatement<{ id: string; owner: string }>(
    'test',
    'SELECT * FROM t WHERE id = :id AND (:owner IS NULL OR owner = :owner)',
  );

  it('numbers a name once on PostgreSQL, and repeats its value on SQLite', () => {
    expect(statement.text('postgresql')).toBe('SELECT * FROM t WHERE id = $1 AND ($2 IS NULL OR owner = $2)');
    expect(statement.values('postgresql', { id: 'a', owner: 'b' })).toEqual(['a', 'b']);
    expect(statement.text('sqlite')).toBe('SELECT * FROM t WHERE id = ? AND (? IS NULL OR owner = ?)');
    expect(statement.values('sqlite', { id: 'a', owner: 'b' })).toEqual(['a', 'b', 'b']);
  });

  it('leaves casts, times of day and formats alone', () => {
    const text = `SELECT a::text, '12:30:00', strftime('%H:%M:%f+00:00', b)`;
    expect(textStatement('test', text).text('postgresql')).toBe(text);
  });

  it('stores a time as Prisma does, each engine in its own form', () => {
    const time = textStatement<{ at: Date }>('test', 'SELECT :at');
    const at = new Date('2026-01-22T16:30:00.5Z');
    expect(time.values('sqlite', { at })).toEqual(['2026-01-22T16:30:00.500+00:00']);
    expect(time.values('postgresql', { at })).toEqual(['2026-01-22T16:30:00.500Z']);
  });

  it('refuses a value that is missing: SQLite would take it for NULL', () => {
    expect(() => statement.values('sqlite', { id: 'a' } as never)).toThrow('test: no value for :owner');
  });
});
