import type { Config } from '../config/config.js';
import type { DatabaseOptions } from './database.js';
import type { DatabaseObserver } from './observed-writer.js';

/** The part of the configuration that openDatabase() takes. */
export function databaseOptions(
  config: Config,
  onBackgroundError: NonNullable<DatabaseOptions['onBackgroundError']>,
  observer?: DatabaseObserver,
): DatabaseOptions {
  return {
    url: config.DATABASE_URL,
    pool: {
      max: config.POOL_MAX,
      connectTimeoutMs: config.POOL_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: config.POOL_STATEMENT_TIMEOUT_MS,
      idleInTransactionTimeoutMs: config.POOL_IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
    sqlite: { synchronous: config.SQLITE_SYNCHRONOUS, busyTimeoutMs: config.SQLITE_BUSY_TIMEOUT_MS },
    longStatementTimeoutMs: config.LONG_STATEMENT_TIMEOUT_MS,
    transactionTimeoutMs: config.TRANSACTION_TIMEOUT_MS,
    onBackgroundError,
    ...(observer && { observer }),
  };
}
