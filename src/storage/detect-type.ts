/**
 * The media type of a file by what is in it; undefined for what is neither of a known type nor plain text. Looks into archives as
 * far as it takes to tell documents from them, and unpacks 1 MiB of an entry at most.
 */
export async function detectType(path: string, isText: boolean): Promise<string | undefined> {
  // Loaded when the first file comes: most of what it knows is needed for that alone.
  const { fileTypeFromFile } = await import('file-type');
  const found = await fileTypeFromFile(path).catch(() => undefined);
  if (found !== undefined) return found.mime;
  return isText ? 'text/plain' : undefined;
}

/** Control characters that no plain text has, in whatever encoding: those but tab, line ends, form feed and escape. */
const CONTROL = [...Array(32).keys(), 127].filter((code) => ![9, 10, 12, 13, 27].includes(code));

/** Whether a piece of a file can be one of a plain text. Each is looked for by itself, as that needs no look at each byte in JavaScript. */
export function isTextual(piece: Buffer): boolean {
  return !CONTROL.some((code) => piece.includes(code));
}
