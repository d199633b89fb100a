import { dirname, join } from 'node:path';
import type { Config } from '../config/config.js';
import type { FileStore } from './file-store.js';
import { FolderStore } from './folder-store.js';

/** The store of files that is configured. Nothing is made, and nothing is asked, before a file comes. */
export async function openFileStore(config: Config): Promise<FileStore> {
  const folder = new FolderStore(config.FILES_FOLDER ?? defaultFolder(config.DATABASE_URL));
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) return folder;
  const { S3_REGION: region, S3_ENDPOINT: endpoint = `https://s3.${region}.amazonaws.com` } = config;
  // Loaded by those alone who have a bucket.
  const { S3Store } = await import('./s3/s3-store.js');
  return new S3Store({
    incoming: folder.incoming,
    endpoint,
    bucket,
    region,
    pathStyle: config.S3_PATH_STYLE,
    accessKeyId,
    secretAccessKey,
    prefix: config.S3_PREFIX ?? '',
    presigned: config.S3_PRESIGNED_LINKS,
  });
}

/** Beside the SQLite file, or in ./data when the database is elsewhere. */
function defaultFolder(databaseUrl: string): string {
  const path = databaseUrl.replace(/^file:(\/\/(?=\/))?/, '');
  return join(path === databaseUrl ? 'data' : dirname(path), 'files');
}
