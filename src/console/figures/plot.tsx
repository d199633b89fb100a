import { scaleLinear } from 'd3-scale';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import styles from './plot.module.css';

export interface Line {
  name: string;
  /** One for each label; null: there is none. */
  values: readonly (number | null)[];
}

interface PlotProps {
  labels: readonly string[];
  lines: readonly Line[];
  format(value: number): string;
  /** Ticks are multiples of it; `formatTick` takes how many. */
  unit?: number;
  formatTick?(count: number): string;
  /** Where the scale ends, whatever the values. */
  most?: number;
}

const HEIGHT = 220;
const MARGIN = { top: 8, end: 12, bottom: 24, start: 48 };
const TICKS = 4;
const LABEL_WIDTH = 64;
const MOST_DOTS = 45;
const DASHES = [undefined, '6 3', '2 3'];

/** Lines over time. What it shows stands in the table beside it, which is its form for everybody. */
export function LinePlot({ labels, lines, format, unit = 1, formatTick = format, most: end }: PlotProps) {
  const { box, width } = useWidth();
  const [at, point] = useState<number>();
  const most = end ?? Math.max(...lines.flatMap(({ values }) => values.map((value) => value ?? 0)), unit);
  const y = scaleLinear([0, most / unit], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(TICKS);
  const inner = width - MARGIN.start - MARGIN.end;
  const x = (index: number) => MARGIN.start + (labels.length === 1 ? inner / 2 : (index * inner) / (labels.length - 1));
  const every = Math.ceil(labels.length / Math.max(1, Math.floor(inner / LABEL_WIDTH)));
  const ticks = y.ticks(TICKS).filter((tick) => unit > 1 || Number.isInteger(tick));
  const onMove = ({ nativeEvent, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const from = nativeEvent.clientX - currentTarget.getBoundingClientRect().left - MARGIN.start;
    const index = labels.length === 1 ? 0 : Math.round((from / inner) * (labels.length - 1));
    point(Math.max(0, Math.min(labels.length - 1, index)));
  };
  return (
    <div ref={box} className={styles.plot}>
      <div className={styles.legend} aria-hidden="true">
        {lines.map(({ name, values }, index) => (
          <span key={name} className={styles.key} data-line={index}>
            <svg aria-hidden="true" width="20" height="8">
              <line x1="0" x2="20" y1="4" y2="4" strokeDasharray={DASHES[index]} />
            </svg>
            {name}
            {at !== undefined && <strong>{values[at] == null ? '–' : format(values[at])}</strong>}
          </span>
        ))}
        {at !== undefined && <span className={styles.at}>{labels[at]}</span>}
      </div>
      {width > 0 && (
        <svg
          aria-hidden="true"
          width={width}
          height={HEIGHT}
          className={styles.area}
          onPointerMove={onMove}
          onPointerLeave={() => point(undefined)}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={styles.grid} x1={MARGIN.start} x2={width - MARGIN.end} y1={y(tick)} y2={y(tick)} />
              <text className={styles.label} x={MARGIN.start - 6} y={y(tick)} dy="0.32em" textAnchor="end">
                {formatTick(tick)}
              </text>
            </g>
          ))}
          {labels.map((label, index) =>
            index % every === 0 ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: they never move
              <text key={index} className={styles.label} x={x(index)} y={HEIGHT - 6} textAnchor="middle">
                {label}
              </text>
            ) : null,
          )}
          {at !== undefined && (
            <line className={styles.guide} x1={x(at)} x2={x(at)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
          )}
          {lines.map(({ name, values }, index) => (
            <g key={name} data-line={index}>
              <path d={pathOf(values, x, (value) => y(value / unit))} strokeDasharray={DASHES[index]} />
              {values.map(
                (value, place) =>
                  value !== null &&
                  (labels.length <= MOST_DOTS || place === at) && (
                    // biome-ignore lint/suspicious/noArrayIndexKey: they never move
                    <circle key={place} cx={x(place)} cy={y(value / unit)} r={place === at ? 4 : 2.5} />
                  ),
              )}
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

/** Broken where there is no value. */
function pathOf(values: Line['values'], x: (index: number) => number, y: (value: number) => number): string {
  return values
    .map((value, index) => {
      if (value === null) return '';
      const begins = index === 0 || values[index - 1] === null;
      return `${begins ? 'M' : 'L'}${x(index).toFixed(1)},${y(value).toFixed(1)}`;
    })
    .join('');
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}
