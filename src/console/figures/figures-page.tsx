import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { SupportOutputs } from 'support-api/client';
import { useTRPC } from '../api/trpc.js';
import { FIRST_VIEW } from '../queue/views.js';
import { Page } from '../shell/page.js';
import { useCategories } from '../ticket/use-categories.js';
import { Button } from '../ui/button.js';
import { Priority } from '../ui/labels.js';
import { usePersonName } from '../ui/person.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Since } from '../ui/time.js';
import { f } from '../words/figures.js';
import styles from './figures-page.module.css';
import { average, count, partName, share, span, unitOf } from './format.js';
import { type Column, Panel } from './panel.js';
import { type Period, periodOf, timeZone } from './period.js';
import { PeriodBar } from './period-bar.js';
import { LinePlot } from './plot.js';
import type { FiguresSearch } from './search.js';

type Figures = SupportOutputs['desk']['figures']['get'];
type Series = SupportOutputs['desk']['figures']['series'];
type Part = Series['series'][number];
type Work = Omit<Part, 'from' | 'to'>;
type Breach = SupportOutputs['desk']['sla']['breaches'][number];

/** What the desk did in a period: all, or one agent or category. */
export function FiguresPage() {
  const search: FiguresSearch = useSearch({ from: '/figures' });
  const period = periodOf(search, new Date());
  return (
    <Page title={f.title}>
      <PeriodBar search={search} period={period} />
      {period.isGood ? (
        <Numbers search={search} period={period} />
      ) : (
        <p className={styles.bad} role="alert">
          {f.period.bad}
        </p>
      )}
      <Overdue search={search} />
      <p className={styles.zone}>{f.zone(timeZone)}</p>
    </Page>
  );
}

function Numbers({ search, period }: { search: FiguresSearch; period: Period }) {
  const trpc = useTRPC();
  const { agent, categoryId } = search;
  const { from, to, every } = period;
  const options = { placeholderData: keepPreviousData };
  const figures = useQuery(trpc.desk.figures.get.queryOptions({ from, to }, options));
  const series = useQuery(
    trpc.desk.figures.series.queryOptions(
      {
        from,
        to,
        every,
        timeZone,
        ...(agent !== undefined && { agent }),
        ...(categoryId !== undefined && { categoryId }),
      },
      options,
    ),
  );
  const error = figures.error ?? series.error;
  if (error) {
    return (
      <Failed
        error={error}
        onRetry={() => {
          void figures.refetch();
          void series.refetch();
        }}
      />
    );
  }
  if (!figures.data || !series.data) return <Loading lines={8} />;
  const work = workOf(figures.data, search);
  const isEmpty = [work.opened, work.answered, work.solved, work.ratings.count].every((number) => !number);
  return (
    <div className={styles.numbers} aria-busy={figures.isPlaceholderData || series.isPlaceholderData}>
      <Totals work={work} />
      {isEmpty ? (
        <Empty title={f.nothing}>{f.nothingHint}</Empty>
      ) : (
        <>
          <OverTime series={series.data} period={period} />
          <div className={styles.pair}>
            <Waiting series={series.data} period={period} field="firstResponseSeconds" title={f.firstResponse} />
            <Waiting series={series.data} period={period} field="resolutionSeconds" title={f.resolution} />
          </div>
        </>
      )}
      {work.ratings.count > 0 && (
        <div className={styles.pair}>
          <Satisfaction series={series.data} period={period} />
          <Scores work={work} period={period} />
        </div>
      )}
      <ByCategory figures={figures.data} search={search} period={period} />
      <ByAgent figures={figures.data} search={search} period={period} />
    </div>
  );
}

const NONE: Work = {
  opened: 0,
  answered: 0,
  solved: 0,
  firstResponseSeconds: { median: null, p90: null },
  resolutionSeconds: { median: null, p90: null },
  ratings: { count: 0, average: null, distribution: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 } },
};

/** Of whoever is asked for; an agent opens nothing. */
function workOf({ overall, agents, categories }: Figures, { agent, categoryId }: FiguresSearch): Work {
  if (agent !== undefined) return { ...(agents.find((one) => one.agent === agent) ?? NONE), opened: null };
  if (categoryId !== undefined) return categories.find((one) => one.categoryId === categoryId) ?? NONE;
  return overall;
}

function Totals({ work }: { work: Work }) {
  const { firstResponseSeconds, resolutionSeconds, ratings } = work;
  return (
    <dl className={styles.totals}>
      {work.opened !== null && <Total name={f.opened} value={count(work.opened)} />}
      <Total name={f.answered} value={count(work.answered)} />
      <Total name={f.solved} value={count(work.solved)} />
      <Total name={f.firstResponse} value={span(firstResponseSeconds.median)}>
        {f.p90} {span(firstResponseSeconds.p90)}
      </Total>
      <Total name={f.resolution} value={span(resolutionSeconds.median)}>
        {f.p90} {span(resolutionSeconds.p90)}
      </Total>
      <Total name={f.satisfaction} value={ratings.average === null ? f.none : f.of5(average(ratings.average))}>
        {f.ratings}: {count(ratings.count)}
      </Total>
    </dl>
  );
}

function Total({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div className={styles.total}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        {children && <span>{children}</span>}
      </dd>
    </div>
  );
}

interface SeriesProps {
  series: Series;
  period: Period;
}

function partColumn(every: Series['every']): Column<Part> {
  return { name: f.part[every], show: ({ from }) => partName(from, every), raw: ({ from }) => from };
}

function fileName(what: string, { first, last }: Period): string {
  return `${what}-${first}-${last}`;
}

function OverTime({ series: { series, every }, period }: SeriesProps) {
  const fields = (['opened', 'answered', 'solved'] as const).filter((field) =>
    series.some((part) => part[field] !== null),
  );
  return (
    <Panel
      title={f.overTime}
      isWide
      plot={
        <LinePlot
          labels={series.map(({ from }) => partName(from, every))}
          lines={fields.map((field) => ({ name: f[field], values: series.map((part) => part[field]) }))}
          format={count}
        />
      }
      columns={[
        partColumn(every),
        ...fields.map((field) => ({
          name: f[field],
          isNumber: true,
          show: (part: Part) => count(part[field]),
          raw: (part: Part) => part[field],
        })),
      ]}
      rows={series}
      keyOf={({ from }) => from}
      fileName={fileName('tickets', period)}
    />
  );
}

type Times = 'firstResponseSeconds' | 'resolutionSeconds';

function Waiting({ series: { series, every }, period, field, title }: SeriesProps & { field: Times; title: string }) {
  const most = Math.max(...series.map((part) => part[field].p90 ?? 0));
  const lines = (['median', 'p90'] as const).map((at) => ({ at, name: f[at] }));
  return (
    <Panel
      title={title}
      plot={
        <LinePlot
          labels={series.map(({ from }) => partName(from, every))}
          lines={lines.map(({ at, name }) => ({ name, values: series.map((part) => part[field][at]) }))}
          format={span}
          {...unitOf(most)}
        />
      }
      columns={[
        partColumn(every),
        ...lines.map(({ at, name }) => ({
          name,
          csvName: f.inSeconds(name),
          isNumber: true,
          show: (part: Part) => span(part[field][at]),
          raw: (part: Part) => part[field][at],
        })),
      ]}
      rows={series}
      keyOf={({ from }) => from}
      fileName={fileName(field === 'firstResponseSeconds' ? 'first-answer' : 'resolution', period)}
    />
  );
}

const BEST = 5;

function ratingColumns<Row extends Pick<Work, 'ratings'>>(): Column<Row>[] {
  return [
    {
      name: f.average,
      isNumber: true,
      show: ({ ratings }) => average(ratings.average),
      raw: ({ ratings }) => ratings.average,
    },
    {
      name: f.ratings,
      isNumber: true,
      show: ({ ratings }) => count(ratings.count),
      raw: ({ ratings }) => ratings.count,
    },
  ];
}

function Satisfaction({ series: { series, every }, period }: SeriesProps) {
  return (
    <Panel
      title={f.satisfaction}
      plot={
        <LinePlot
          labels={series.map(({ from }) => partName(from, every))}
          lines={[{ name: f.average, values: series.map((part) => part.ratings.average) }]}
          format={average}
          most={BEST}
        />
      }
      columns={[partColumn(every), ...ratingColumns<Part>()]}
      rows={series}
      keyOf={({ from }) => from}
      fileName={fileName('satisfaction', period)}
    />
  );
}

function Scores({ work: { ratings }, period }: { work: Work; period: Period }) {
  const rows = ([5, 4, 3, 2, 1] as const).map((score) => ({ score, number: ratings.distribution[score] }));
  const part = (number: number) => number / ratings.count;
  return (
    <Panel
      title={f.scores}
      columns={[
        { name: f.score, show: ({ score }) => f.of5(String(score)), raw: ({ score }) => score },
        { name: f.ratings, isNumber: true, show: ({ number }) => count(number), raw: ({ number }) => number },
        {
          name: f.share,
          show: ({ number }) => <Bar part={part(number)}>{share(part(number))}</Bar>,
          raw: ({ number }) => part(number),
        },
      ]}
      rows={rows}
      keyOf={({ score }) => String(score)}
      fileName={fileName('scores', period)}
    />
  );
}

/** A number with its length. */
function Bar({ part, children }: { part: number; children: ReactNode }) {
  return (
    <span className={styles.bar}>
      <span aria-hidden="true">
        <span style={{ inlineSize: `${part * 100}%` }} />
      </span>
      {children}
    </span>
  );
}

interface ByProps {
  figures: Figures;
  search: FiguresSearch;
  period: Period;
}

function workColumns<Row extends Omit<Work, 'opened'>>(rows: readonly Row[]): Column<Row>[] {
  const most = Math.max(1, ...rows.map(({ solved }) => solved));
  const time = (field: Times, at: 'median' | 'p90', what: string): Column<Row> => ({
    name: at === 'median' ? f.medianOf(what) : f.p90Of(what),
    csvName: f.inSeconds(at === 'median' ? f.medianOf(what) : f.p90Of(what)),
    isNumber: true,
    show: (row) => span(row[field][at]),
    raw: (row) => row[field][at],
  });
  return [
    { name: f.answered, isNumber: true, show: (row) => count(row.answered), raw: (row) => row.answered },
    {
      name: f.solved,
      show: (row) => <Bar part={row.solved / most}>{count(row.solved)}</Bar>,
      raw: (row) => row.solved,
    },
    time('firstResponseSeconds', 'median', f.firstResponse),
    time('firstResponseSeconds', 'p90', f.firstResponse),
    time('resolutionSeconds', 'median', f.resolution),
    time('resolutionSeconds', 'p90', f.resolution),
    ...ratingColumns(),
  ];
}

function ByAgent({ figures: { agents, agentsLeftOut }, search, period }: ByProps) {
  const nameOf = usePersonName();
  const rows = agents.toSorted((a, b) => b.solved + b.answered - a.solved - a.answered);
  return (
    <Panel
      title={f.byAgent}
      columns={[
        {
          name: f.filters.agent,
          show: ({ agent }) =>
            agent === null ? (
              f.nobody
            ) : (
              <Only search={search} filter={{ agent }} name={nameOf(agent)} isChosen={agent === search.agent} />
            ),
          raw: ({ agent }) => agent,
        },
        ...workColumns(rows),
      ]}
      rows={rows}
      keyOf={({ agent }) => agent ?? ''}
      fileName={fileName('agents', period)}
    >
      {agentsLeftOut > 0 && <p className={styles.zone}>{f.leftOut(agentsLeftOut)}</p>}
    </Panel>
  );
}

function ByCategory({ figures: { categories }, search, period }: ByProps) {
  const { nameOfCategory } = useCategories();
  const rows = categories.toSorted((a, b) => b.opened - a.opened);
  return (
    <Panel
      title={f.byCategory}
      columns={[
        {
          name: f.filters.category,
          show: ({ categoryId }) => (
            <Only
              search={search}
              filter={{ categoryId }}
              name={nameOfCategory(categoryId)}
              isChosen={categoryId === search.categoryId}
            />
          ),
          raw: ({ categoryId }) => nameOfCategory(categoryId),
        },
        { name: f.opened, isNumber: true, show: ({ opened }) => count(opened), raw: ({ opened }) => opened },
        ...workColumns(rows),
      ]}
      rows={rows}
      keyOf={({ categoryId }) => categoryId}
      fileName={fileName('categories', period)}
    />
  );
}

interface OnlyProps {
  search: FiguresSearch;
  filter: Pick<FiguresSearch, 'agent' | 'categoryId'>;
  name: string;
  isChosen: boolean;
}

/** The name of a row, to see the figures of it alone. */
function Only({ search: { agent: _agent, categoryId: _category, ...rest }, filter, name, isChosen }: OnlyProps) {
  return (
    <Link
      to="/figures"
      search={{ ...rest, ...filter }}
      title={f.only(name)}
      aria-current={isChosen ? 'true' : undefined}
      activeOptions={{ exact: true }}
      className={styles.only}
    >
      <bdi>{name}</bdi>
    </Link>
  );
}

const OVERDUE_PAGE = 20;

function Overdue({ search: { agent, categoryId } }: { search: FiguresSearch }) {
  const trpc = useTRPC();
  const nameOf = usePersonName();
  const breaches = useInfiniteQuery(
    trpc.desk.sla.breaches.infiniteQueryOptions(
      {
        within: 0,
        limit: OVERDUE_PAGE,
        ...(agent !== undefined && { assignee: agent }),
        ...(categoryId !== undefined && { categoryId }),
      },
      {
        initialCursor: 1,
        getNextPageParam: (page, pages) => (page.length < OVERDUE_PAGE ? undefined : pages.length + 1),
      },
    ),
  );
  if (breaches.error && !breaches.data)
    return <Failed error={breaches.error} onRetry={() => void breaches.refetch()} />;
  if (breaches.isPending) return <Loading lines={3} />;
  const rows = breaches.data.pages.flat();
  const columns: Column<Breach>[] = [
    {
      name: f.ticket,
      show: ({ ticketId, subject }) => (
        <Link to="/tickets/$ticketId" params={{ ticketId }} search={FIRST_VIEW} className={styles.only}>
          <bdi>{subject}</bdi>
        </Link>
      ),
      raw: ({ ticketId }) => ticketId,
    },
    { name: f.priority, show: ({ priority }) => <Priority priority={priority} />, raw: ({ priority }) => priority },
    { name: f.target, show: ({ target }) => f.targets[target], raw: ({ target }) => target },
    {
      name: f.assignee,
      show: ({ assignedAgent }) => (assignedAgent === null ? f.none : <bdi>{nameOf(assignedAgent)}</bdi>),
      raw: ({ assignedAgent }) => assignedAgent,
    },
    { name: f.dueSince, isNumber: true, show: ({ dueAt }) => <Since at={dueAt} />, raw: ({ dueAt }) => dueAt },
  ];
  return (
    <Panel
      title={f.overdue}
      hint={rows.length === 0 ? f.nothingOverdue : f.overdueHint}
      columns={columns}
      rows={rows}
      keyOf={({ ticketId, target }) => `${ticketId} ${target}`}
      fileName="overdue"
    >
      {breaches.hasNextPage && (
        <div>
          <Button disabled={breaches.isFetchingNextPage} onClick={() => void breaches.fetchNextPage()}>
            {f.more}
          </Button>
        </div>
      )}
    </Panel>
  );
}
