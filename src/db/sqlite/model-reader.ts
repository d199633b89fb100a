import type { SqlQuery, SqlResultSet } from '@prisma/driver-adapter-utils';
import type { ReadingAdapter } from '../models/joining-adapter.js';
import type { SqliteConnections } from './connections.js';

/** What Prisma's client reads by outside of transactions: the connection that can't write. */
export function sqliteModelReader(connections: SqliteConnections): ReadingAdapter {
  return {
    provider: 'sqlite',
    adapterName: 'support-api-sqlite',
    async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
      const { adapter } = await connections.reader();
      return connections.retry(() => adapter.queryRaw(query));
    },
  };
}
