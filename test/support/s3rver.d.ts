// What we use of it: it has no types of its own.
declare module '@20minutes/s3rver' {
  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      silent: boolean;
      directory: string;
      /** Hosts `<bucket>.s3.<this>` are of buckets. */
      serviceEndpoint?: string;
      allowMismatchedSignatures: boolean;
      configureBuckets: { name: string; configs?: string[] }[];
    });
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
    httpServer: import('node:http').Server;
    store: {
      /** Writes an object's content to that file, and gives its size and MD5. */
      putContent(path: string, content: unknown): Promise<[size: number, md5: string]>;
    };
  }
}
