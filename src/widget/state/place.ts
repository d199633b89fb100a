import type { View } from './support.js';

/** Where the widget has no room beside the page, it takes all of it: the styles have the same. */
export const NARROW = '(width < 480px) or (height < 480px)';

/** Where somebody was in the widget, for the next page of the host: in this tab alone, and for them alone. */
interface OpenAt {
  userId: string;
  view: View;
}

const KEY = 'support-widget/open';

export function keepPlace(place: OpenAt | undefined): void {
  try {
    if (place === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(place));
  } catch {
    // A browser that keeps nothing: it begins closed.
  }
}

export function keptPlace(userId: string): View | undefined {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as OpenAt | null;
    return place?.userId === userId ? place.view : undefined;
  } catch {
    return undefined;
  }
}
