import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { FileStore } from './file-store.js';
import { FolderStore } from './folder-store.js';

interface Opening {
  /** For copies, which are tried again under the same id: what may or may not have come is left there. */
  readonly forCopies?: boolean;
}

/** The store of files that is configured. Nothing is made, and nothing is asked, before a file comes. */
export async function openFileStore(config: Config, { forCopies = false }: Opening = {}): Promise<FileStore> {
  const folder = new FolderStore(folderOf(config));
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) return folder;
  const { S3_REGION: region } = config;
  // Loaded by those alone who have a bucket.
  const { S3Store } = await import('./s3/s3-store.js');
  return new S3Store({
    incoming: folder.incoming,
    endpoint: endpointOf(config),
    bucket,
    region,
    pathStyle: config.S3_PATH_STYLE,
    accessKeyId,
    secretAccessKey,
    prefix: config.S3_PREFIX ?? '',
    presigned: config.S3_PRESIGNED_LINKS,
    leavesUnsure: forCopies,
  });
}

/** In which place a store has its files, for people: two that have the same one have the same files. */
export function placeOf(config: Config): string {
  const { S3_BUCKET: bucket, S3_PREFIX: prefix } = config;
  if (bucket === undefined) return `the folder ${resolve(folderOf(config))}`;
  return `the bucket ${bucket}${prefix === undefined ? '' : `, ${prefix}`} (${endpointOf(config)})`;
}

function endpointOf({ S3_REGION, S3_ENDPOINT }: Config): string {
  return S3_ENDPOINT ?? `https://s3.${S3_REGION}.amazonaws.com`;
}

function folderOf({ FILES_FOLDER, DATABASE_URL }: Config): string {
  return FILES_FOLDER ?? defaultFolder(DATABASE_URL);
}

/** Beside the SQLite file, or in ./data when the database is elsewhere. */
function defaultFolder(databaseUrl: string): string {
  const path = databaseUrl.replace(/^file:(\/\/(?=\/))?/, '');
  return join(path === databaseUrl ? 'data' : dirname(path), 'files');
}
