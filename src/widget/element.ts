import css from './design/widget.css?inline';

/** No style element: the host's policy may allow none. */
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** What keys do in the widget is no business of the page's, which can't see that it is a field that is typed in. */
const KEYS = ['keydown', 'keypress', 'keyup'];

/** `<support-widget>`: what is in it, the page's styles and selectors don't reach. */
export class WidgetElement extends HTMLElement {
  readonly root = this.attachShadow({ mode: 'open' });
  #isWanted = false;

  constructor() {
    super();
    this.root.adoptedStyleSheets = [sheet];
    for (const key of KEYS) this.root.addEventListener(key, (event) => event.stopPropagation());
  }

  /** Comes on the page, as soon as there is one. */
  show(): void {
    this.#isWanted = true;
    if (document.body) document.body.append(this);
    else document.addEventListener('DOMContentLoaded', () => this.#return(), { once: true });
  }

  hide(): void {
    this.#isWanted = false;
    this.remove();
  }

  /** Its page has put something else in the place of its body: it is still the same page. */
  disconnectedCallback(): void {
    setTimeout(() => this.#return());
  }

  #return(): void {
    if (this.#isWanted && !this.isConnected) document.body.append(this);
  }
}
