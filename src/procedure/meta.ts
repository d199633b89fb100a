import type { Policy } from '../auth/policy.js';
import type { ErrorCode } from '../errors/app-error.js';

/** What a procedure says of itself beside its shapes. Our own type: it is part of the published AppRouter. */
export interface Meta {
  /** Set by the builder; a procedure without one answers nobody. */
  policy?: Policy;
  /** Where and how REST shows it; read by the bridge and by trpc-to-openapi. Absent: tRPC only. */
  openapi?: {
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
    path: `/${string}`;
    operationId: string;
    summary: string;
    description?: string;
    tags: string[];
    successDescription?: string;
  };
  /** Where REST streams what a subscription gives, by GET; read by the bridge and for the document. */
  stream?: {
    path: `/${string}`;
    operationId: string;
    summary: string;
    description: string;
    tags: string[];
  };
  /** The documented message of its 400, where the contract gives one. */
  invalid?: string;
  /** The message of its 404 where what is missing is no ticket: for the document. */
  missing?: string;
  /** Codes that it throws beside those that any procedure may: for the document. */
  errors?: ErrorCode[];
  /** Its body is a file, which only REST can carry: the fields of its input stand in the query. */
  takesFile?: boolean;
  /** It answers with a page of a longer list, and the headers that go with one. */
  paged?: boolean;
  /** It answers with the newest part of a list, whose pages are at this path, and the headers that go with that. */
  partOf?: `/${string}`;
}
