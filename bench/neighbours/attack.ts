import type { Engine } from '../data.js';
import type { Attacker } from './attacker.js';

/** One kind of attack, by one user with the default limits or one peer without a token. */
export interface Attack {
  name: string;
  by: 'peer' | 'customer' | 'agent';
  /** For the report. */
  what: string;
  /** The engines on which the short form, which guards `main`, has it. */
  short?: readonly Engine[];
  /** Ends when its requests are answered. */
  run(attacker: Attacker): Promise<void>;
}

/** What a process of attacks is told to do. */
export interface AttackJob {
  attack: string;
  /** How many attacks of the run came before this one. */
  number: number;
  url: string;
  /** Nothing more is sent after this. */
  seconds: number;
  /** What is under way then is waited for this long, then cut off. */
  graceSeconds: number;
  short: boolean;
  /** The attacker's address, which the neighbours don't have: what counts for one must not count for the others. */
  localAddress: string;
}

/** What the attacker got. */
export interface Loot {
  /** Answers by status; `none`: it was cut off, by the server or in the end. */
  answers: Record<string, number>;
  /** The largest answer, as far as it came, in bytes, and what was sent for it. */
  largest: { received: number; sent: number };
  /** The longest that it waited for an answer, in ms. */
  longestMs: number;
}
