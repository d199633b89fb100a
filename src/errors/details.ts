/** One thing that is wrong with an input: where (dotted path, '' for the whole) and what would be right. */
export interface ErrorDetail {
  path: string;
  message: string;
}

/** The detail for a field that the operation does not know, wherever it was sent. */
export function unknownField(path: string): ErrorDetail {
  return { path, message: 'Unknown field: this operation does not take it' };
}
