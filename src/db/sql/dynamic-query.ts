import { LRUCache } from 'lru-cache';
import type { Params, ParamTypes } from './params.js';
import { type Query, query, type Writing } from './query.js';
import type { Row } from './row.js';
import type { Statement, StatementOptions } from './statement.js';

/** Most texts that are kept of a dynamic query. The longest have 10 kB. */
const KEPT = 200;

/**
 * A query whose text depends on what was asked: there would be too many to write each out. `shape` is all that its text
 * depends on, and JSON; what can be a value is none of it. Takes all values, also those that a shape doesn't use: null
 * then.
 *
 * Building one costs up to a millisecond, so those that were asked last are kept. None is prepared, and PostgreSQL plans each
 * for its values, unless they are `prepared`: for those of which there are few, and whose plan doesn't depend on the values.
 *
 * @example
 * const listThings = dynamicQuery('list things', { color: 'things.color?' }, ({ db, p }, shape: { byColor: boolean }) =>
 *   db.selectFrom('things').select('id').$if(shape.byColor, (things) => things.where('color', '=', p.color)));
 * await db.rows(listThings({ byColor: true }), { color: 'red' });
 */
export function dynamicQuery<const P extends ParamTypes, S extends object, O>(
  name: string,
  params: P,
  write: (writing: Writing<P>, shape: S) => Query<O>,
  { prepared = false, ...options }: Omit<StatementOptions, 'once'> & { prepared?: boolean } = {},
): (shape: S) => Statement<Params<P>, Row<O>> {
  const kept = new LRUCache<string, Statement<Params<P>, Row<O>>>({ max: KEPT });
  let made = 0;
  return (shape) => {
    const key = JSON.stringify(shape);
    let statement = kept.get(key);
    if (statement === undefined) {
      made += 1;
      statement = query(`${name} ${made}`, params, (writing) => write(writing, shape), { ...options, once: !prepared });
      kept.set(key, statement);
    }
    return statement;
  };
}
