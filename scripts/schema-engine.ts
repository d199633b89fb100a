import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Engine } from '../src/db/handle.js';
import { externalTables } from './external-tables.js';
import { derivePostgresqlSchema } from './generate-clients.js';
import { schemaEngineAdapters } from './schema-engine-adapters.js';

const prisma = fileURLToPath(new URL('../prisma', import.meta.url));

export interface SchemaEngineOptions {
  engine: Engine;
  /** The database, as Prisma's adapters take it: a path or `:memory:`, or `postgresql://…`. */
  url: string;
  /** Holds a folder for each engine; this repository's unless given. */
  migrationsDir?: string;
  /** The text of prisma/schema.prisma unless given. */
  schema?: string;
}

/** What Prisma's own commands ask of its schema engine. */
export interface SchemaEngine {
  /** `prisma migrate status`; `history` is null where the database has all migrations and no others. */
  status(): Promise<bindings.DiagnoseMigrationHistoryOutput>;
  /** `prisma migrate deploy`: applies what is pending, and gives the names. */
  deploy(): Promise<string[]>;
  /** `prisma migrate dev`, before it does anything: `reset` where the database is not what its migrations make. */
  diagnose(): Promise<bindings.DevAction>;
  /** `prisma migrate diff`: the SQL that leads from the migrations to the models; undefined where they agree. */
  missing(): Promise<string | undefined>;
}

/**
 * Lends Prisma's schema engine to `work`, as WebAssembly from npm: no binary to download. For development and tests. Its
 * command `createMigration` can't be had this way (it asks for a shadow database and is given none); `missing()` can.
 */
export async function withSchemaEngine<T>(
  options: SchemaEngineOptions,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { engine, url, migrationsDir = join(prisma, 'migrations') } = options;
  const source = options.schema ?? (await readFile(join(prisma, 'schema.prisma'), 'utf8'));
  const schema = { path: 'schema.prisma', content: engine === 'postgresql' ? derivePostgresqlSchema(source) : source };
  const migrationsList = await readMigrationList(join(migrationsDir, engine));
  const filters = { externalTables: externalTables(engine), externalEnums: [] };

  const { adapters, dispose } = disposable(schemaEngineAdapters(engine, url));
  const { SchemaEngine: Wasm } = await loadWasm();
  const datamodels: [string, string][] = [[schema.path, schema.content]];
  const wasm = await Wasm.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapters));
  try {
    return await work({
      status: () => wasm.diagnoseMigrationHistory({ migrationsList, filters, optInToShadowDatabase: false }),
      deploy: async () => (await wasm.applyMigrations({ migrationsList, filters })).appliedMigrationNames,
      diagnose: async () => (await wasm.devDiagnostic({ migrationsList, filters })).action,
      async missing() {
        const from = { tag: 'migrations' as const, ...migrationsList };
        const to = { tag: 'schemaDatamodel' as const, files: [schema] };
        const { exitCode, stdout } = await wasm.diff({ from, to, script: true, exitCode: true, filters });
        return exitCode === 0 ? undefined : (stdout ?? '');
      },
    });
  } finally {
    wasm.free();
    await dispose();
  }
}

/** The engine leaves connections open, and with them its locks on a SQLite file. */
function disposable(factory: ReturnType<typeof schemaEngineAdapters>) {
  const open = new Set<() => Promise<void>>();
  const remember = <T extends { dispose(): Promise<void> }>(adapter: T): T => {
    const dispose = adapter.dispose.bind(adapter);
    const once = async () => {
      if (open.delete(once)) await dispose();
    };
    open.add(once);
    adapter.dispose = once;
    return adapter;
  };
  return {
    adapters: {
      ...factory,
      connect: async () => remember(await factory.connect()),
      connectToShadowDb: async () => remember(await factory.connectToShadowDb()),
    },
    dispose: async () => void (await Promise.all([...open].map((close) => close()))),
  };
}

async function readMigrationList(baseDir: string): Promise<bindings.MigrationList> {
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const read = (...path: string[]) => readFile(join(baseDir, ...path), 'utf8');
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: await read('migration_lock.toml') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await read(path, 'migration.sql') },
        },
      })),
    ),
  };
}

/** What we use of it. Its types come with the DOM's, which we don't have. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
  };
};

let loaded: Promise<typeof bindings> | undefined;

/** By hand, as Node 20 can't import a .wasm file, which the package's own entry does. */
function loadWasm(): Promise<typeof bindings> {
  loaded ??= (async () => {
    const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const file = await readFile(script.replace(/\.js$/, '.wasm'));
    // Told why, before the engine panics.
    const registry = { set_message: (reason: string) => process.stderr.write(`${reason}\n`) };
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry });
    const { instance } = await WebAssembly.instantiate(file, { './schema_engine_bg.js': { ...bindings } });
    bindings.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return bindings;
  })();
  return loaded;
}
