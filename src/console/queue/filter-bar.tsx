import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../../tickets/lifecycle.js';
import { useTRPC } from '../api/trpc.js';
import { useCategories } from '../ticket/use-categories.js';
import { usePersonName } from '../ui/person.js';
import { type Choice, Picker } from '../ui/picker.js';
import { Time } from '../ui/time.js';
import { t } from '../words/words.js';
import styles from './filter-bar.module.css';
import { type DeskSearch, FILTERS, type Filter, RANGES, SORTS } from './filters.js';
import { SaveView } from './save-view.js';

const MOST_TAGS = 100;

/** The filters that hold, each to change or to take away; more of them; the order. */
export function FilterBar({ search }: { search: DeskSearch }) {
  const navigate = useNavigate();
  const [opened, open] = useState<Filter>();
  const held = FILTERS.filter((name) => search[name] !== undefined || name === opened);
  const free = FILTERS.filter((name) => !held.includes(name));
  const change = (next: DeskSearch) => void navigate({ to: '.', search: next, replace: true });
  const set = (name: Filter, values: string[]) => change(withFilter(search, name, values));
  return (
    <fieldset className={styles.bar} aria-label={t.filters.title}>
      {held.map((name) => (
        <FilterChip
          key={name}
          name={name}
          search={search}
          isOpen={opened === name}
          onOpenChange={(isOpen) => open(isOpen ? name : undefined)}
          onSet={(values) => set(name, values)}
        />
      ))}
      {RANGES.map((name) => {
        const { [name]: at, ...others } = search;
        if (at === undefined) return null;
        const label = t.filters.ranges[name];
        return (
          <span key={name} className={styles.chip}>
            <span className={styles.range}>
              {label} <Time at={at} />
            </span>
            <button
              type="button"
              className={styles.remove}
              aria-label={t.filters.remove(label)}
              onClick={() => change(others)}
            >
              ×
            </button>
          </span>
        );
      })}
      <Picker
        label={t.filters.add}
        choices={free.map((name) => ({ value: name, label: t.filters.names[name] }))}
        value={[]}
        onChoose={([name]) => {
          const filter = FILTERS.find((one) => one === name);
          if (filter === 'unassigned') set('unassigned', ['true']);
          else setTimeout(() => open(filter));
        }}
        className={styles.add}
      >
        + {t.filters.filter}
      </Picker>
      <SaveView search={search} />
      {search.q === undefined && (
        <Picker
          label={t.filters.sort}
          choices={SORTS.map((sort) => ({ value: sort, label: t.filters.sorts[sort] }))}
          value={[search.sort ?? 'waiting']}
          onChoose={([value]) => {
            const sort = SORTS.find((one) => one === value);
            if (sort) change({ ...search, sort });
          }}
          className={styles.sort}
        >
          ⇅ {t.filters.sorts[search.sort ?? 'waiting']}
        </Picker>
      )}
    </fieldset>
  );
}

interface FilterChipProps {
  name: Filter;
  search: DeskSearch;
  isOpen: boolean;
  onOpenChange(open: boolean): void;
  onSet(values: string[]): void;
}

function FilterChip({ name, search, isOpen, onOpenChange, onSet }: FilterChipProps) {
  const { choices, labelOf } = useChoices(name, isOpen);
  const value = [search[name] ?? []].flat().map(String);
  const shown = value.map((one) => labelOf(one)).join(', ');
  const isMultiple = name === 'status' || name === 'priority';
  return (
    <span className={styles.chip}>
      <Picker
        label={t.filters.names[name]}
        choices={choices}
        value={value}
        multiple={isMultiple}
        {...(name !== 'status' && name !== 'priority' && name !== 'categoryId' && { custom: (typed: string) => typed })}
        onChoose={onSet}
        open={isOpen}
        onOpenChange={onOpenChange}
        className={styles.value}
      >
        <bdi className={styles.text}>{shown === '' ? t.filters.names[name] : shown}</bdi>
      </Picker>
      {value.length > 0 && (
        <button
          type="button"
          className={styles.remove}
          aria-label={t.filters.remove(t.filters.names[name])}
          onClick={() => onSet([])}
        >
          ×
        </button>
      )}
    </span>
  );
}

function useChoices(name: Filter, isOpen: boolean): { choices: Choice[]; labelOf(value: string): string } {
  const trpc = useTRPC();
  const { categories, nameOfCategory } = useCategories();
  const nameOf = usePersonName();
  const tags = useQuery({
    ...trpc.desk.tags.list.queryOptions({ limit: MOST_TAGS }),
    enabled: name === 'tag' && isOpen,
  });
  const plain = (values: readonly string[], labelOf = (value: string) => value) => ({
    choices: values.map((value) => ({ value, label: labelOf(value) })),
    labelOf,
  });
  switch (name) {
    case 'status':
      return plain(TICKET_STATUSES, (status) => t.status[status as keyof typeof t.status] ?? status);
    case 'priority':
      return plain(TICKET_PRIORITIES, (priority) => t.priority[priority as keyof typeof t.priority] ?? priority);
    case 'categoryId':
      return plain(
        categories.map(({ categoryId }) => categoryId),
        nameOfCategory,
      );
    case 'unassigned':
      return plain(['true', 'false'], (value) => (value === 'true' ? t.filters.unassigned : t.filters.assigned));
    case 'assignee':
      return plain(['me'], (value) => (value === 'me' ? t.me : nameOf(value)));
    case 'requester':
      return plain([], nameOf);
    case 'tag':
      return plain(tags.data ?? []);
  }
}

function withFilter(search: DeskSearch, name: Filter, values: string[]): DeskSearch {
  const { [name]: _before, ...rest } = search;
  const [first] = values;
  if (first === undefined) return rest;
  if (name === 'status' || name === 'priority') return { ...rest, [name]: values };
  // Somebody's, or nobody's: both at once let nothing through.
  if (name === 'unassigned') return { ...without(rest, 'assignee'), unassigned: first === 'true' };
  if (name === 'assignee') return { ...without(rest, 'unassigned'), assignee: first };
  return { ...rest, [name]: first };
}

function without(search: DeskSearch, name: Filter): DeskSearch {
  const { [name]: _left, ...rest } = search;
  return rest;
}
