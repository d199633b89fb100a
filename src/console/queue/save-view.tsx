import { useState } from 'react';
import { explain } from '../api/explain.js';
import { useCommands } from '../keys/commands.js';
import { Button } from '../ui/button.js';
import { tell } from '../ui/toasts.js';
import { t } from '../words/words.js';
import { type DeskSearch, hasSameFilters } from './filters.js';
import { NameView } from './name-view.js';
import { searchOf, useSavedViews } from './use-saved-views.js';
import { VIEWS } from './views.js';

/** Keeps the filters and the order that are shown under a name, unless there is such a view. */
export function SaveView({ search }: { search: DeskSearch }) {
  const { views, save } = useSavedViews();
  const [isAsking, ask] = useState(false);
  const [failure, setFailure] = useState<string>();
  const known = [...VIEWS.map((view) => view.search), ...views.flatMap((view) => searchOf(view) ?? [])];
  const isKnown = known.some((other) => hasSameFilters(other, search) && order(other) === order(search));
  const canSave = search.q === undefined && !isKnown;
  const open = () => {
    setFailure(undefined);
    ask(true);
  };
  useCommands(canSave ? [{ id: 'save-view', label: t.views.save, group: 'view', run: open }] : []);
  const keep = async (name: string, shared: boolean) => {
    try {
      await save(name, search, shared);
      ask(false);
      tell(t.views.saved(name));
    } catch (error) {
      setFailure(explain(error).text);
    }
  };
  return (
    <>
      {canSave && (
        <Button look="quiet" onClick={open}>
          {t.views.save}
        </Button>
      )}
      {isAsking && (
        <NameView
          title={t.views.saveTitle}
          canShare
          failure={failure}
          onClose={() => ask(false)}
          onName={(name, shared) => void keep(name, shared)}
        />
      )}
    </>
  );
}

function order({ sort = 'waiting' }: DeskSearch): string {
  return sort;
}
