/**
 * The others' requests at a steady rate, whatever the answers take: for so many seconds, or until STOP is sent. Runs in a
 * process of its own.
 */
export interface Job {
  url: string;
  /** Requests a second. */
  rate: number;
  seconds: number;
}

export const STOP = 'stop';

export interface Heard {
  requests: number;
  /** Of each that was answered with 200: from when it was due to the end of its answer. */
  ms: number[];
  /** All others, by what went wrong. */
  failures: Record<string, number>;
}
