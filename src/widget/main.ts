import type { WidgetApi } from './options.js';
import { createWidget } from './widget.js';

declare global {
  interface Window {
    SupportWidget?: WidgetApi;
  }
}

/** Tells the page that `SupportWidget` is there: a script that is loaded in its own time can't be waited for otherwise. */
const LOADED = 'support-widget:load';

// Loaded twice, the first one stays.
if (window.SupportWidget === undefined) {
  const { currentScript } = document;
  const src = currentScript instanceof HTMLScriptElement ? currentScript.src : '';
  // It is at `widget/v1.js` of the service, also below a path.
  window.SupportWidget = createWidget(src === '' ? undefined : new URL('..', src).href);
  window.dispatchEvent(new Event(LOADED));
}
