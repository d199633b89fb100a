import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { inject } from 'vitest';
import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { startApp, type TestApp } from './app.js';
import { createMigratedDatabase } from './databases.js';
import { startTcpProxy } from './tcp-proxy.js';

interface FragileApp extends AsyncDisposable {
  readonly server: TestApp;
  /** From now on the database is away, for good unless it is given back. */
  takeAway(): Promise<void>;
  giveBack(): Promise<void>;
}

/** The app on a database that can be taken away from it: the network to PostgreSQL breaks, or the SQLite file is gone. */
export async function startFragileApp(env: Record<string, string> = {}): Promise<FragileApp> {
  const database = await createMigratedDatabase(inject('engine'));
  const link = inject('engine') === 'sqlite' ? sqliteLink(database.url) : await postgresqlLink(database.url);
  const server = await startApp({ env: { ...env, DATABASE_URL: link.url } });
  return {
    server,
    async takeAway() {
      // SQLite holds the file open, and would not notice. A query opens it anew.
      if (server.db.engine === 'sqlite') await server.db.close();
      await link.cut();
    },
    giveBack: () => link.mend(),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await link.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

interface Link {
  url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

function sqliteLink(url: string): Link {
  const path = sqlitePath(url);
  return {
    url,
    async cut() {
      renameSync(path, `${path}.away`);
      mkdirSync(path);
    },
    async mend() {
      rmdirSync(path);
      renameSync(`${path}.away`, path);
    },
    async close() {},
  };
}

async function postgresqlLink(databaseUrl: string): Promise<Link> {
  const url = new URL(databaseUrl);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return {
    url: url.href,
    cut: async () => proxy.refuse(),
    mend: () => proxy.accept(),
    close: async () => await proxy[Symbol.asyncDispose](),
  };
}
