/**
 * `npm run generate`: writes prisma/postgresql/schema.prisma from prisma/schema.prisma and generates both Prisma
 * clients, and the types of the tables for statements. Does nothing when neither the schema nor Prisma has changed since the
 * last run.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableTypes } from './table-types.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = join(root, 'src/db/generated');
const sqliteSchema = join(root, 'prisma/schema.prisma');
const postgresqlSchema = join(root, 'prisma/postgresql/schema.prisma');
const tablesFile = join(generated, 'tables.ts');
const stamp = join(generated, 'stamp');

/**
 * The PostgreSQL twin of the SQLite schema: another provider, another output folder, `timestamptz(3)` for each
 * DateTime, as Prisma's default (`timestamp` without a zone) means another instant to everybody who reads it in
 * another time zone, and 64 bits for the keys that count up, as SQLite's have them already.
 */
export function derivePostgresqlSchema(schema: string): string {
  const derived = schema
    .replace(/^(\s*provider\s*=\s*)"sqlite"/m, '$1"postgresql"')
    .replace(/^(\s*output\s*=\s*)"\.\.\/(.*)\/sqlite"/m, '$1"../../$2/postgresql"')
    .replace(/^(\s+\w+\s+DateTime\??)(?=\s|$)/gm, '$1 @db.Timestamptz(3)')
    .replace(/^(\s+\w+\s+)Int(?=.*@default\(autoincrement\(\)\))/gm, '$1BigInt');
  if (!derived.includes('"postgresql"') || !derived.includes('/postgresql"')) {
    throw new Error('prisma/schema.prisma: no `provider = "sqlite"` or no `output = "../…/sqlite"` to replace');
  }
  return `// Derived from ../schema.prisma by \`npm run generate\`. Changes here are lost.\n\n${derived}`;
}

async function generateClients(): Promise<string> {
  const schema = await readFile(sqliteSchema, 'utf8');
  const derived = derivePostgresqlSchema(schema);
  const tables = tableTypes(schema);
  const prisma = createRequire(import.meta.url).resolve('prisma/package.json');
  const { version } = JSON.parse(await readFile(prisma, 'utf8')) as { version: string };

  const hash = createHash('sha256').update(version).update(schema).update(derived).update(tables).digest('hex');
  const outputs = [
    postgresqlSchema,
    tablesFile,
    join(generated, 'sqlite', 'client.ts'),
    join(generated, 'postgresql', 'client.ts'),
  ];
  if (outputs.every(existsSync) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) {
    return 'generate: Prisma clients are up to date';
  }

  await mkdir(dirname(postgresqlSchema), { recursive: true });
  await mkdir(generated, { recursive: true });
  await writeFile(postgresqlSchema, derived);
  await writeFile(tablesFile, tables);
  const cli = join(dirname(prisma), 'build/index.js');
  await Promise.all([sqliteSchema, postgresqlSchema].map((file) => runPrismaGenerate(cli, file)));
  await writeFile(stamp, hash);
  return `generate: Prisma ${version} clients written to ${relative(process.cwd(), generated) || '.'}/{sqlite,postgresql}`;
}

function runPrismaGenerate(cli: string, schema: string): Promise<void> {
  const child = spawn(process.execPath, [cli, 'generate', '--no-hints', '--schema', schema], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // `generate` wants a schema engine binary that it never runs. Any file will do, and none is downloaded.
      PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`prisma generate failed for ${schema}\n${Buffer.concat(output).toString('utf8')}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${await generateClients()}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
