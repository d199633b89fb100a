import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCategories } from '../ticket/use-categories.js';
import { Button } from '../ui/button.js';
import { usePersonName } from '../ui/person.js';
import { Picker } from '../ui/picker.js';
import { f } from '../words/figures.js';
import type { Period } from './period.js';
import styles from './period-bar.module.css';
import { EVERIES, type FiguresSearch, SPANS } from './search.js';

/** Of when the figures are, how finely, and of whom or what. */
export function PeriodBar({ search, period }: { search: FiguresSearch; period: Period }) {
  const navigate = useNavigate();
  const { nameOfCategory } = useCategories();
  const nameOf = usePersonName();
  const { days, from, to, every: _every, ...rest } = search;
  const isRange = from !== undefined && to !== undefined;
  const shown = isRange ? undefined : (days ?? 30);
  const only = search.agent ?? search.categoryId;
  return (
    <div className={styles.bar}>
      <nav aria-label={f.period.title} className={styles.spans}>
        {SPANS.map((span) => (
          <Link
            key={span}
            to="/figures"
            search={{ ...rest, days: span }}
            className={styles.span}
            aria-current={span === shown ? 'true' : undefined}
            activeOptions={{ exact: true }}
          >
            {f.period.names[span]}
          </Link>
        ))}
      </nav>
      <Range
        key={`${period.first} ${period.last}`}
        first={period.first}
        last={period.last}
        onRange={(range) => void navigate({ to: '/figures', search: { ...rest, ...range } })}
      />
      <Picker
        label={f.period.every}
        choices={EVERIES.map((every) => ({ value: every, label: f.period.everies[every] }))}
        value={[period.every]}
        onChoose={([value]) => {
          const every = EVERIES.find((one) => one === value);
          if (every) void navigate({ to: '/figures', search: { ...search, every } });
        }}
      >
        {f.period.every}: {f.period.everies[period.every].toLocaleLowerCase(f.locale)}
      </Picker>
      {only !== undefined && (
        <span className={styles.chip}>
          {search.agent === undefined ? f.filters.category : f.filters.agent}:{' '}
          <bdi>{search.agent === undefined ? nameOfCategory(only) : nameOf(only)}</bdi>
          <Button
            look="quiet"
            className={styles.remove}
            aria-label={f.filters.remove(search.agent === undefined ? f.filters.category : f.filters.agent)}
            onClick={() => {
              const { agent: _agent, categoryId: _category, ...all } = search;
              void navigate({ to: '/figures', search: all });
            }}
          >
            ×
          </Button>
        </span>
      )}
    </div>
  );
}

interface RangeProps {
  first: string;
  last: string;
  onRange(range: { from: string; to: string }): void;
}

function Range({ first, last, onRange }: RangeProps) {
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const hasChanged = from !== first || to !== last;
  return (
    <form
      className={styles.range}
      onSubmit={(event) => {
        event.preventDefault();
        if (from !== '' && to !== '') onRange({ from, to });
      }}
    >
      <label>
        {f.period.from} <input type="date" required value={from} onChange={({ target }) => setFrom(target.value)} />
      </label>
      <label>
        {f.period.to} <input type="date" required value={to} onChange={({ target }) => setTo(target.value)} />
      </label>
      {hasChanged && <Button type="submit">{f.period.apply}</Button>}
    </form>
  );
}
