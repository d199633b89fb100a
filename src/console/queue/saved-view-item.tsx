import { Menu } from '@base-ui/react/menu';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { explain } from '../api/explain.js';
import type { SavedView } from '../api/trpc.js';
import { session } from '../session/session.js';
import { Button } from '../ui/button.js';
import { Modal } from '../ui/modal.js';
import { tellFailure } from '../ui/toasts.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import { type DeskSearch, hasSameFilters } from './filters.js';
import { NameView } from './name-view.js';
import nameStyles from './name-view.module.css';
import { searchOf, useSavedViews } from './use-saved-views.js';
import styles from './view-list.module.css';

/** A view that somebody has saved, and for whoever may change it what can be done with it. */
export function SavedViewItem({ view, search }: { view: SavedView; search: DeskSearch }) {
  const account = useStore(session.account);
  const { change, replace, remove } = useSavedViews();
  const [asking, ask] = useState<'name' | 'delete'>();
  const [failure, setFailure] = useState<string>();
  const { viewId, name, shared, owner } = view;
  const own = searchOf(view);
  const mayChange = owner === account?.userId || account?.role === 'admin';
  const attempt = (work: Promise<unknown>) =>
    void work.catch((error) => tellFailure(t.views.failed(name), explain(error).text));
  const rename = async (to: string) => {
    try {
      await change(viewId, { name: to });
      ask(undefined);
    } catch (error) {
      setFailure(explain(error).text);
    }
  };
  return (
    <li className={styles.own}>
      {own === undefined ? (
        <span className={styles.unknown} title={t.views.unknown}>
          <bdi>{name}</bdi>
        </span>
      ) : (
        <Link
          to="/"
          search={own}
          className={styles.view}
          aria-current={search.q === undefined && hasSameFilters(search, own) ? 'true' : undefined}
          activeProps={{}}
        >
          <bdi>{name}</bdi>
        </Link>
      )}
      {mayChange && (
        <Menu.Root>
          <Menu.Trigger render={<Button look="quiet" />} className={styles.change} aria-label={t.views.menu(name)}>
            ⋯
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="start" sideOffset={4} className={styles.positioner}>
              <Menu.Popup className={styles.menu}>
                <Menu.Item
                  className={styles.item}
                  onClick={() => {
                    setFailure(undefined);
                    ask('name');
                  }}
                >
                  {t.views.rename}
                </Menu.Item>
                {search.q === undefined && (
                  <Menu.Item className={styles.item} onClick={() => attempt(replace(viewId, search))}>
                    {t.views.replace}
                  </Menu.Item>
                )}
                <Menu.Item className={styles.item} onClick={() => attempt(change(viewId, { shared: !shared }))}>
                  {shared ? t.views.unshareIt : t.views.shareIt}
                </Menu.Item>
                <Menu.Item className={styles.item} onClick={() => ask('delete')}>
                  {t.views.delete}
                </Menu.Item>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
      {asking === 'name' && (
        <NameView
          title={t.views.renameTitle}
          name={name}
          failure={failure}
          onClose={() => ask(undefined)}
          onName={(to) => void rename(to)}
        />
      )}
      <Modal title={t.views.deleteTitle(name)} open={asking === 'delete'} onClose={() => ask(undefined)}>
        <p>{t.views.deleteHint}</p>
        <div className={nameStyles.actions}>
          <Button look="quiet" onClick={() => ask(undefined)}>
            {t.cancel}
          </Button>
          <Button
            look="primary"
            onClick={() => {
              ask(undefined);
              attempt(remove(viewId));
            }}
          >
            {t.views.deleteIt}
          </Button>
        </div>
      </Modal>
    </li>
  );
}
