// The part of prom-client that is used, by its shape: plinth neither imports it nor needs its types.

/** How a metric is described. */
export interface MetricOptions<Registry, Label extends string = never> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
  readonly registers?: Registry[];
}

/** prom-client as a module, or what has its shape. */
export interface MetricsModule<Registry> {
  readonly Gauge: new (
    options: MetricOptions<Registry> & { readonly collect: (this: Settable) => void },
  ) => object;
  readonly Histogram: new (
    options: MetricOptions<Registry> & { readonly buckets: number[] },
  ) => { observe(seconds: number): void };
  readonly Counter: new <Label extends string>(
    options: MetricOptions<Registry, Label>,
  ) => { inc(): void; inc(labels: Partial<Record<Label, string | number>>, value?: number): void };
}

/** The gauge that is asked for its value. */
interface Settable {
  set(value: number): void;
}
