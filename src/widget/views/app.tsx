import { useEffect, useRef } from 'preact/hooks';
import type { WidgetOptions } from '../options.js';
import type { Support } from '../state/support.js';
import { locale, t } from '../words/words.js';
import { SupportContext } from './context.js';
import { HelpIcon } from './icons.js';
import { Panel } from './panel.js';
import { useStore } from './use-store.js';

interface AppProps {
  support: Support;
  colorScheme: WidgetOptions['colorScheme'];
}

export function App({ support, colorScheme }: AppProps) {
  const isOpen = useStore(support.isOpen);
  const announced = useStore(support.announced);
  return (
    <SupportContext.Provider value={support}>
      <div class="root" lang={locale} dir="ltr" data-scheme={colorScheme}>
        {!isOpen && <Launcher support={support} />}
        <Panel />
        <p class="hidden" role="status">
          {!isOpen && announced}
        </p>
      </div>
    </SupportContext.Provider>
  );
}

function Launcher({ support }: { support: Support }) {
  const unread = useStore(support.unreadCount);
  const button = useRef<HTMLButtonElement>(null);
  // Who has closed it with the focus inside goes on from here.
  useEffect(() => {
    if (support.wasFocused) button.current?.focus();
    support.wasFocused = false;
  }, [support]);
  return (
    <button ref={button} type="button" class="launcher" aria-haspopup="dialog" onClick={() => support.open()}>
      <HelpIcon />
      <span>{t.help}</span>
      {unread > 0 && (
        <span class="count">
          <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
          <span class="hidden">{t.unread(unread)}</span>
        </span>
      )}
    </button>
  );
}
