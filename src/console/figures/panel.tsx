import type { ReactNode } from 'react';
import { Button } from '../ui/button.js';
import { f } from '../words/figures.js';
import { type Cell, download, toCsv } from './csv.js';
import styles from './panel.module.css';

export interface Column<Row> {
  name: string;
  /** In a file, where it is not `name`: with its unit. */
  csvName?: string;
  show(row: Row): ReactNode;
  raw(row: Row): Cell;
  isNumber?: boolean;
}

interface PanelProps<Row> {
  title: string;
  hint?: ReactNode;
  plot?: ReactNode;
  /** Where there is room, the table beside the plot; otherwise below it. */
  isWide?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  fileName: string;
  /** Below the table. */
  children?: ReactNode;
}

/** A plot, the table of what it shows, and that as a file. The first column names its row. */
export function Panel<Row>({ title, hint, plot, isWide, columns, rows, keyOf, fileName, children }: PanelProps<Row>) {
  const [first, ...others] = columns;
  if (first === undefined) return null;
  const save = () =>
    download(
      `${fileName}.csv`,
      toCsv([
        columns.map(({ name, csvName }) => csvName ?? name),
        ...rows.map((row) => columns.map(({ raw }) => raw(row))),
      ]),
    );
  return (
    <section className={styles.panel} aria-label={title} data-wide={isWide || undefined}>
      <header className={styles.head}>
        <h2>{title}</h2>
        <Button look="quiet" onClick={save} aria-label={f.download(title)}>
          ⤓ {f.csv}
        </Button>
      </header>
      {hint && <p className={styles.hint}>{hint}</p>}
      {plot}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <section className={styles.scroller} tabIndex={0} aria-label={f.table(title)}>
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map(({ name, isNumber }) => (
                <th key={name} scope="col" data-number={isNumber || undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={keyOf(row)}>
                <th scope="row">{first.show(row)}</th>
                {others.map(({ name, show, isNumber }) => (
                  <td key={name} data-number={isNumber || undefined}>
                    {show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {children}
    </section>
  );
}
