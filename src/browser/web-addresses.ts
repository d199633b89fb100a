const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'’”)\]}]/g;

/** A text in pieces, in their order: `isAddress` of those to follow. What ends a sentence is no part of an address. */
export function withWebAddresses(text: string): { text: string; isAddress: boolean; at: number }[] {
  const pieces: { text: string; isAddress: boolean; at: number }[] = [];
  let from = 0;
  for (const { 0: url, index } of text.matchAll(ADDRESS)) {
    pieces.push(
      { text: text.slice(from, index), isAddress: false, at: from },
      { text: url, isAddress: true, at: index },
    );
    from = index + url.length;
  }
  pieces.push({ text: text.slice(from), isAddress: false, at: from });
  return pieces;
}
