/** The one form in which a tag is kept: however it is typed, it is the same tag. */
export function normalTag(tag: string): string {
  return tag.normalize('NFC').toLowerCase().normalize('NFC');
}
