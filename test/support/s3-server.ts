import { mkdtempSync, rmSync } from 'node:fs';
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

/**
 * A server that speaks S3, with an empty bucket. It expects another signature than Amazon does for a bucket's own host, and for a
 * query with one of `!'()*` in it: such a test lets it take any.
 */
export async function startS3({ allowMismatchedSignatures = false } = {}): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'support-api-s3-'));
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
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
