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
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const CONTROL = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;

/** Whether a piece of a file can be one of a plain text. */
export function isTextual(piece: Buffer): boolean {
  return !CONTROL.test(piece.toString('latin1'));
}
