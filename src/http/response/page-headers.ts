import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageInfo, PartInfo } from '../../procedure/context.js';

/**
 * The size of a list and its neighbours as headers, as the documented body is a bare array: `X-Total-Count`, and on
 * REST `Link` (RFC 8288) with first, prev, next and last, relative to this server: paths, with what a proxy puts before ours.
 */
export function setPageHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  publicPath: string,
  { page, limit, total }: PageInfo,
): void {
  reply.header('x-total-count', total);
  const { url, config } = request.routeOptions;
  if (!config.paged || url === undefined) return;
  const last = Math.max(1, Math.ceil(total / limit));
  const base = `${publicPath}${url}?${filters(request)}`;
  const pages = { first: 1, prev: Math.min(page - 1, last), next: page + 1, last };
  const links = Object.entries(pages)
    .filter(([, target]) => target >= 1 && target <= last)
    .map(([rel, target]) => `<${base}page=${target}&limit=${limit}>; rel="${rel}"`);
  reply.header('link', links.join(', '));
}

/** What was asked for beside the page, to be followed by more. */
function filters(request: FastifyRequest): string {
  const {
    page: _page,
    limit: _limit,
    cursor: _cursor,
    direction: _direction,
    ...others
  } = request.query as Record<string, string>;
  return Object.keys(others).length === 0 ? '' : `${new URLSearchParams(others)}&`;
}

/**
 * How many there are of a list whose newest part is in the answer, and as `Link` (RFC 8288, `prev`) where the older ones are. On
 * REST alone: the documented body has no place for it, and tRPC's clients are told by the list's own procedure.
 */
export function setPartHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  publicPath: string,
  { total, older }: PartInfo,
): void {
  const { partOf } = request.routeOptions.config;
  if (partOf === undefined) return;
  reply.header('x-total-count', total);
  if (older === null) return;
  const params = request.params as Record<string, string>;
  const path = partOf.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  reply.header('link', `<${publicPath}${path}?cursor=${older}>; rel="prev"`);
}
