import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

const BUCKET = 'support-files';

export interface S3Server extends AsyncDisposable {
  readonly port: number;
  /** The settings of a server that keeps its files there. */
  readonly env: Record<string, string>;
  /** Ends it, with all connections. What it has stays. */
  stop(): Promise<void>;
  /** At the same address as before. */
  start(): Promise<void>;
}

/** An object is there when all of it has come, as with Amazon: this server would keep what has come of one that was cut off. */
function storeWhole({ store }: S3rver, incoming: string): void {
  const putContent = store.putContent.bind(store);
  let count = 0;
  store.putContent = async (path, content) => {
    count += 1;
    const part = join(incoming, String(count));
    const stored = await putContent(part, content);
    await rename(part, path);
    return stored;
  };
}

/**
 * A server that speaks S3, with an empty bucket. It expects another signature than Amazon does for a bucket's own host, and for a
 * query with one of `!'()*` in it: such a test lets it take any.
 */
export async function startS3({ allowMismatchedSignatures = false } = {}): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-s3-'));
  const directory = join(folder, 'buckets');
  const incoming = join(folder, 'incoming');
  for (const path of [directory, incoming]) mkdirSync(path);
  let port = 0;
  let server: S3rver;
  const start = async () => {
    server = new S3rver({
      address: '127.0.0.1',
      port,
      silent: true,
      directory,
      serviceEndpoint: 'example.test',
      allowMismatchedSignatures,
      configureBuckets: [{ name: BUCKET }],
    });
    storeWhole(server, incoming);
    ({ port } = await server.run());
  };
  const stop = async () => {
    const closed = server.close();
    server.httpServer.closeAllConnections();
    await closed;
  };
  await start();
  return {
    port,
    env: {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_PATH_STYLE: 'true',
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
    },
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
