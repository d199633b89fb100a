/** How much there is of what attacks are about. */
export interface Sizes {
  /** Tickets of everybody else, answered and closed within the last year: what searches and figures read. */
  crowd: number;
  /** Messages of 40 kB on the long ticket, and notes of 40 kB on another. */
  longMessages: number;
  notes: number;
  /** Texts made for the search. */
  planted: number;
}

export interface Plan {
  /** Requests of the neighbours a second: enough for the p99 of a phase not to be a single one of them. */
  rate: number;
  warmSeconds: number;
  beforeSeconds: number;
  attackSeconds: number;
  /** What the attacker still waits for after that is waited for this long; the neighbours go on meanwhile. */
  graceSeconds: number;
  afterSeconds: number;
  /** How often each attack is measured, each time on a server that has just started. */
  rounds: number;
  sizes: Sizes;
  /** Only the attacks that guard `main`, in their small sizes. */
  short: boolean;
}

export const WHOLE: Plan = {
  rate: 120,
  warmSeconds: 3,
  beforeSeconds: 4,
  attackSeconds: 6,
  graceSeconds: 10,
  afterSeconds: 3,
  rounds: 1,
  sizes: { crowd: 50_000, longMessages: 3000, notes: 1000, planted: 100 },
  short: false,
};

export const SHORT: Plan = {
  rate: 40,
  warmSeconds: 2,
  beforeSeconds: 2,
  attackSeconds: 2,
  graceSeconds: 3,
  afterSeconds: 1,
  rounds: 1,
  sizes: { crowd: 4000, longMessages: 800, notes: 0, planted: 60 },
  short: true,
};
