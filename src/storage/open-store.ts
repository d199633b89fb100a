import { dirname, join } from 'node:path';
import type { Config } from '../config/config.js';
import type { FileStore } from './file-store.js';
import { FolderStore } from './folder-store.js';

/** The store of files that is configured. Nothing is made before a file comes. */
export function openFileStore(config: Pick<Config, 'DATABASE_URL' | 'FILES_FOLDER'>): FileStore {
  return new FolderStore(config.FILES_FOLDER ?? defaultFolder(config.DATABASE_URL));
}

/** Beside the SQLite file, or in ./data when the database is elsewhere. */
function defaultFolder(databaseUrl: string): string {
  const path = databaseUrl.replace(/^file:(\/\/(?=\/))?/, '');
  return join(path === databaseUrl ? 'data' : dirname(path), 'files');
}
