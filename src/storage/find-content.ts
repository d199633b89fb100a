import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';

const selectContent = query('select content of file', { fileId: 'files.id', now: 'files.expires_at' }, ({ db, p }) =>
  db
    .selectFrom('files')
    .select(['name', 'type', 'size', 'sha256'])
    .where('id', '=', p.fileId)
    .where('removed_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', p.now)])),
);

export interface FileContent {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: string;
}

/** What is to be served of a file; undefined where there is none, or none any more. Who may read it is for a link to say. */
export function findContent(sql: Sql, fileId: string, now: Date): Promise<FileContent | undefined> {
  return sql.row(selectContent, { fileId, now });
}
