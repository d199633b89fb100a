import { v7 as uuidv7 } from 'uuid';

export type IdPrefix = 'ticket' | 'msg' | 'note' | 'category' | 'macro' | 'view' | 'file' | 'webhook' | 'delivery';

/** A documented prefix and a UUIDv7 (RFC 9562): unique across instances, and ordered by time within one process. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${uuidv7()}`;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const TICKET_ID = new RegExp(`^ticket_${UUID}$`);
const FILE_ID = new RegExp(`^file_${UUID}$`);

/** Whether we could have given this id out; anything else needs no look-up (and could hold what an engine refuses). */
export function isTicketId(value: string): boolean {
  return TICKET_ID.test(value);
}

/** Whether an id is of the shape that we give to files: any other is of whatever the host's own are. */
export function isFileId(value: string): boolean {
  return FILE_ID.test(value);
}

/** When an id that we gave out was made, in milliseconds since 1970. */
export function madeAt(id: string): number {
  const [, digits = ''] = /_([0-9a-f]{8}-[0-9a-f]{4})-7/.exec(id) ?? [];
  return Number.parseInt(digits.replace('-', ''), 16);
}
