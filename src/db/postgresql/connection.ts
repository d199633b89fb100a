import type { ClientConfig } from 'pg';

/**
 * What every connection to PostgreSQL needs. Wins over settings of the server, the role and the database:
 *
 * - TimeZone: Prisma's adapter takes whatever the server answers for UTC.
 * - DateStyle: it parses ISO only.
 * - search_path: Prisma names `public` in its queries; raw SQL and migrations must mean the same tables.
 * - default_transaction_isolation: a verb that waited for a lock goes on with what the other one left. On a stricter
 *   level it would fail instead.
 * - jit: PostgreSQL compiles a statement that it takes for a long one each time anew, which takes the figures longer than it
 *   saves them.
 */
const SESSION = [
  '-c TimeZone=UTC',
  '-c DateStyle=ISO',
  '-c search_path=public',
  String.raw`-c default_transaction_isolation=read\ committed`,
  '-c jit=off',
].join(' ');

/** @throws Error, in one line, if the URL asks for what can't be had */
export function postgresqlConnection(url: string): ClientConfig {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get('schema');
  if (schema !== null && schema !== 'public') {
    throw new Error('DATABASE_URL: only schema=public is possible; use a database of its own instead');
  }
  // pg lets the URL win over the configuration beside it, so this goes into the URL.
  parsed.searchParams.set('options', `${parsed.searchParams.get('options') ?? ''} ${SESSION}`.trim());
  return { application_name: 'support-api', connectionString: parsed.href };
}
