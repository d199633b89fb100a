import type { Metric, MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';

/** What has been observed under one set of labels. The last count is of what lies above all bounds. */
interface Series {
  readonly labels: readonly string[];
  readonly counts: number[];
  sum: number;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
}

/**
 * A histogram that a `prom-client` registry shows like its own. That one's `observe` takes 1.4 to 2 µs, as it makes, checks and
 * hashes an object of the labels for each value: with two values a request, more than 2 % of the CPU of a cheap one
 * (docs/performance.md#metrics). This one takes a quarter of it.
 */
export class Histogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #labelNames: readonly string[];
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(registry: Registry, { name, help, labelNames = [], buckets }: HistogramOptions) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
    this.#bounds = buckets;
    // Without labels there is one series, and it is there from the start.
    if (labelNames.length === 0) this.#add('', []);
    // Of a metric the registry asks for what stands here, and nothing else; its type is that of prom-client's classes.
    registry.registerMetric(this as unknown as Metric<string>);
  }

  /** `labels`: in the order of `labelNames`. */
  observe(value: number, ...labels: string[]): void {
    const key = labels.join('\n');
    const series = this.#series.get(key) ?? this.#add(key, labels);
    let bucket = 0;
    while (bucket < this.#bounds.length && value > Number(this.#bounds[bucket])) bucket += 1;
    series.counts[bucket] = Number(series.counts[bucket]) + 1;
    series.sum += value;
  }

  /** As the text format wants it: each bucket's count has those of the lower ones in it. */
  async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help, type, aggregator } = this;
    const values = [...this.#series.values()].flatMap((series) => this.#valuesOf(series));
    return { name, help, type, aggregator, values } as unknown as MetricObjectWithValues<MetricValueWithName<string>>;
  }

  #add(key: string, labels: readonly string[]): Series {
    const series = { labels, counts: Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
    this.#series.set(key, series);
    return series;
  }

  #valuesOf({ labels: texts, counts, sum }: Series): MetricValueWithName<string>[] {
    const labels = Object.fromEntries(this.#labelNames.map((name, index) => [name, texts[index]]));
    let count = 0;
    const buckets = counts.map((inBucket, index) => {
      count += inBucket;
      return {
        metricName: `${this.name}_bucket`,
        labels: { le: this.#bounds[index] ?? '+Inf', ...labels },
        value: count,
      };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ] as MetricValueWithName<string>[];
  }
}
