/** What a page says to `SupportWidget.init()`. */
export interface WidgetOptions {
  /**
   * Gives the token of the user who is signed in to the page: asked for when the widget starts, before the last one expires, and
   * when it is refused. `null` or nothing: nobody is signed in. When it rejects, it is asked again a little later.
   */
  getToken: () => Token | Promise<Token>;
  /** BCP 47, such as `de` or `de-AT`; by default what the page's `<html lang>` says, else the browser's. */
  locale?: string;
  /** `auto`, the default, is what the browser prefers. */
  colorScheme?: 'light' | 'dark' | 'auto';
  /** How many requests have an answer that was not looked at: at the start, and at each change. */
  onUnread?: (count: number) => void;
  /** Where the service is, if that is not where the script came from: `https://support.example.com`. */
  api?: string;
}

type Token = string | null | undefined;

/** `window.SupportWidget`. */
export interface WidgetApi {
  /** Shows the widget. Called again, it begins anew: for another user, or with other options. */
  init(options: WidgetOptions): void;
  /** Opens it; with an id, at that ticket. */
  open(ticketId?: string): void;
  close(): void;
  /** Takes it off the page. Drafts stay on the computer. */
  destroy(): void;
}
