import { AppError } from '../errors/app-error.js';

/**
 * Refuses what was written against another version of a ticket than the one that it has, under its lock. Without a version nothing is
 * refused.
 *
 * @throws AppError VERSION_CONFLICT, with the version that it has.
 */
export function requireVersion(ticket: { readonly version: number }, version: number | undefined): void {
  if (version === undefined || version === ticket.version) return;
  throw new AppError('VERSION_CONFLICT', {
    message: `The ticket has changed meanwhile: its version is ${ticket.version}`,
  });
}
