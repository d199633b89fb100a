import { AppError } from '../../errors/app-error.js';
import type { OutboundHost } from '../../procedure/context.js';

/** @throws AppError BAD_REQUEST at `url`, where nothing may be sent to it */
export function requireUrl({ faultOf }: OutboundHost, url: string): void {
  const message = faultOf(url);
  if (message !== undefined) throw new AppError('BAD_REQUEST', { details: [{ path: 'url', message }] });
}
