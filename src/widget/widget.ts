import { h, render } from 'preact';
import { WidgetElement } from './element.js';
import type { WidgetApi, WidgetOptions } from './options.js';
import { keepPlace } from './state/place.js';
import { Support } from './state/support.js';
import { App } from './views/app.js';
import { speak } from './words/words.js';

const NAME = 'support-widget';

/** The one widget of a page. `home` is where its script came from. */
export function createWidget(home: string | undefined): WidgetApi {
  customElements.define(NAME, WidgetElement);
  let element: WidgetElement | undefined;
  let support: Support | undefined;

  const begin = (options: WidgetOptions) => {
    const { locale = document.documentElement.lang || navigator.language, colorScheme = 'auto' } = options;
    const api = options.api ?? home;
    if (typeof options.getToken !== 'function') throw new TypeError('SupportWidget.init() needs getToken');
    if (api === undefined) throw new TypeError('SupportWidget.init() needs api: the script has no address');
    support?.end();
    speak(locale);
    // The page has signed in somebody else: nothing of the last one is left.
    support = new Support(new URL(api, location.href).href, options, () => begin(options));
    element ??= document.createElement(NAME) as WidgetElement;
    render(null, element.root);
    render(h(App, { support, colorScheme }), element.root);
    element.show();
    void support.session.begin();
  };

  return {
    init: begin,
    open: (ticketId) => support?.open(ticketId === undefined ? undefined : { name: 'ticket', ticketId }),
    close: () => support?.isOpen.set(false),
    destroy() {
      keepPlace(undefined);
      support?.end();
      support = undefined;
      if (element) render(null, element.root);
      element?.hide();
    },
  };
}
