import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { NARROW } from '../state/place.js';
import type { View } from '../state/support.js';
import { t } from '../words/words.js';
import { DeskContext, useDesk, useSupport } from './context.js';
import { Home } from './home.js';
import { BackIcon, CloseIcon } from './icons.js';
import { NewTicket } from './new-ticket.js';
import { Loading, Notice } from './parts.js';
import { OutgoingTicket, TicketView } from './ticket.js';
import { useStore } from './use-store.js';

function useIsNarrow(): boolean {
  const [query] = useState(() => matchMedia(NARROW));
  const [isNarrow, set] = useState(query.matches);
  useEffect(() => {
    const change = () => set(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, [query]);
  return isNarrow;
}

/** A dialog beside the page; or instead of it, in which case the page is out of reach for as long. */
export function Panel() {
  const support = useSupport();
  const isOpen = useStore(support.isOpen);
  const view = useStore(support.view);
  const announced = useStore(support.announced);
  const focusWanted = useStore(support.focusWanted);
  const isNarrow = useIsNarrow();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);

  useLayoutEffect(() => {
    const { current } = dialog;
    if (!isOpen || current === null) return;
    if (isNarrow) current.showModal();
    // Not show(), which takes the focus in any case.
    else current.open = true;
    return () => current.close();
  }, [isOpen, isNarrow]);

  // When it is asked to close: then what has the focus is still there.
  useEffect(
    () =>
      support.isOpen.subscribe(() => {
        const root = dialog.current?.getRootNode() as ShadowRoot | undefined;
        if (!support.isOpen.value) support.wasFocused = root?.activeElement != null;
      }),
    [support],
  );

  // Whoever goes somewhere begins at its top; whoever comes to the next page with it open stays with that page.
  const at = JSON.stringify(view);
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each place
  useLayoutEffect(() => {
    if (isOpen && !support.isRestored) title.current?.focus();
  }, [isOpen, at]);
  // Before what had it is gone: keys go nowhere in between.
  useLayoutEffect(() => {
    if (focusWanted) dialog.current?.querySelector<HTMLElement>(focusWanted.selector)?.focus();
  }, [focusWanted]);

  const close = () => support.isOpen.set(false);
  return (
    <dialog
      ref={dialog}
      class="panel"
      aria-labelledby="title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.isComposing) close();
      }}
    >
      <div class="head">
        {view.name !== 'home' && (
          <button type="button" class="tool" aria-label={t.back} onClick={() => support.go({ name: 'home' })}>
            <BackIcon />
          </button>
        )}
        <h2 id="title" ref={title} tabIndex={-1}>
          {view.name === 'new' ? t.create.title : view.name === 'home' ? t.help : t.ticket.title}
        </h2>
        <button type="button" class="tool" aria-label={t.close} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <div class="body">{isOpen && <Body view={view} />}</div>
      <p class="hidden" role="status">
        {isOpen && announced}
      </p>
    </dialog>
  );
}

function Body({ view }: { view: View }) {
  const support = useSupport();
  const state = useStore(support.session.state);
  const desk = useStore(support.desk);
  if (state.name === 'signed-out') {
    return (
      <div class="welcome">
        <p class="large">{t.session.signedOut}</p>
        <p class="soft">{t.session.signedOutHint}</p>
        <button type="button" class="button" onClick={() => void support.session.begin()}>
          {t.again}
        </button>
      </div>
    );
  }
  if (desk === undefined) {
    return state.name === 'unreachable' ? (
      <Notice kind="warn" isAlert onAgain={support.session.pause.wake}>
        {t.session.unreachable}
      </Notice>
    ) : (
      <Loading />
    );
  }
  return (
    <DeskContext.Provider value={desk}>
      <Connection />
      {view.name === 'home' && <Home />}
      {view.name === 'new' && <NewTicket />}
      {view.name === 'outgoing' && <OutgoingTicket id={view.id} />}
      {view.name === 'ticket' && <TicketView />}
    </DeskContext.Provider>
  );
}

/** What is shown may be no more how it is. */
function Connection() {
  const isCut = useStore(useDesk().live.isCut);
  return isCut ? <Notice kind="warn">{t.errors.offline}</Notice> : null;
}
