import type { ZodError, z } from 'zod';
import { MAX_DETAILS } from './cut.js';
import { type ErrorDetail, unknownField } from './details.js';

/** A Zod failure as details: one entry for each thing wrong, each unknown field under its own name; no more than are told. */
export function zodDetails(error: ZodError): ErrorDetail[] {
  return error.issues.slice(0, MAX_DETAILS).flatMap(issueDetails).slice(0, MAX_DETAILS);
}

function issueDetails(issue: z.core.$ZodIssue): ErrorDetail[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_DETAILS).map((key) => unknownField([...issue.path, key].map(String).join('.')));
  }
  return [{ path: issue.path.map(String).join('.'), message: issue.message }];
}
