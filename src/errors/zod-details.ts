import type { ZodError, z } from 'zod';
import { type ErrorDetail, unknownField } from './details.js';

/** More than this many details help nobody, and would let a request be answered with far more than it sent. */
const MAX_DETAILS = 100;

/** A Zod failure as details: one entry for each thing wrong, each unknown field under its own name. */
export function zodDetails(error: ZodError): ErrorDetail[] {
  return error.issues.slice(0, MAX_DETAILS).flatMap(issueDetails).slice(0, MAX_DETAILS);
}

function issueDetails(issue: z.core.$ZodIssue): ErrorDetail[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownField([...issue.path, key].map(String).join('.')));
  }
  return [{ path: issue.path.map(String).join('.'), message: issue.message }];
}
