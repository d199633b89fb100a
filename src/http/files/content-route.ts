import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Sql } from '../../db/sql/sql.js';
import { AppError } from '../../errors/app-error.js';
import type { Clock } from '../../schema/clock.js';
import { isFileId } from '../../schema/ids.js';
import { contentDisposition } from '../../storage/content-disposition.js';
import type { FileLinks } from '../../storage/file-links.js';
import type { FileStore } from '../../storage/file-store.js';
import { isShownInline } from '../../storage/file-types.js';
import { type FileContent, findContent } from '../../storage/find-content.js';
import { isKnown, requestedRange } from './requested-range.js';

interface ContentOptions {
  links: FileLinks;
  store: FileStore;
  sql: Sql;
  clock: Clock;
}

/** No file runs anything or loads anything in the window that shows it. Browsers show no PDF at all in a sandbox. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors *";
const policyOf = (type: string) => (type === 'application/pdf' ? POLICY : `${POLICY}; sandbox`);

/** For as long as a link is good: it is an address of its own. */
const CACHE = 'private, max-age=300';

/**
 * The bytes of files, for whoever has a link: a page's `<img>` sends no token. Whatever is wrong with the link, the answer is the
 * one for no file.
 */
export function contentRoute(app: FastifyInstance, { links, store, sql, clock }: ContentOptions): void {
  const find = async (fileId: string, query: unknown) => {
    if (!(await links.isGood(fileId, query as Record<string, unknown>)) || !isFileId(fileId)) return undefined;
    return findContent(sql, fileId, clock.now());
  };
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const { fileId } = request.params as { fileId: string };
    const content = await find(fileId, request.query);
    if (content === undefined) throw notFound();
    const etag = `"${content.sha256}"`;
    const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
    setHeaders(reply, content, etag);
    if (isKnown(ifNoneMatch, etag)) return reply.code(304).send();
    const part = requestedRange({ range, ifRange: ifRange as string | undefined }, content.size, etag);
    const { start, end } = part ?? { start: 0, end: content.size - 1 };
    if (part !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end}/${content.size}`);
    reply.header('content-length', end - start + 1).header('content-type', content.type);
    if (request.method === 'HEAD') return reply.send();
    return reply.send(await bytesOf(request, store, fileId, { start, end }));
  };
  // Fastify's own HEAD would say that there is nothing.
  app.route({ method: ['GET', 'HEAD'], url: '/support/files/:fileId/content', handler });
}

async function bytesOf(
  { log }: FastifyRequest,
  store: FileStore,
  fileId: string,
  range: { start: number; end: number },
) {
  const bytes = await store.read(fileId, range);
  if (bytes !== undefined) return bytes;
  log.error({ fileId }, 'the bytes of a file are not in the store');
  throw notFound();
}

function setHeaders(reply: FastifyReply, { name, type }: FileContent, etag: string): void {
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': CACHE,
    'content-disposition': contentDisposition(isShownInline(type) ? 'inline' : 'attachment', name),
    'content-security-policy': policyOf(type),
    'x-content-type-options': 'nosniff',
    // Pages of other origins show them: the link is what lets them.
    'cross-origin-resource-policy': 'cross-origin',
  });
  // It would keep those pages from showing a PDF in a frame.
  reply.removeHeader('x-frame-options');
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'File not found' });
}
