/**
 * For Prisma's own CLI only; the running service does not read it. `DATABASE_URL` decides which engine's schema and
 * migrations `npx prisma migrate status|deploy|diff` works on. Run `npm run generate` once before using PostgreSQL.
 */
import { defineConfig } from 'prisma/config';
import { externalTables } from './scripts/external-tables.js';

// `generate` asks for a schema engine binary without running it. All other commands need the real one.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

const url = process.env.DATABASE_URL ?? 'file:./data/support.db';
const engine = /^postgres(ql)?:/.test(url) ? 'postgresql' : 'sqlite';

export default defineConfig({
  schema: engine === 'postgresql' ? 'prisma/postgresql/schema.prisma' : 'prisma/schema.prisma',
  migrations: { path: `prisma/migrations/${engine}` },
  datasource: { url },
  experimental: { externalTables: true },
  tables: { external: externalTables(engine) },
});
