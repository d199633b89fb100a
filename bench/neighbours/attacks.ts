import type { Attack } from './attack.js';
import { ANSWERS } from './attacks/answers.js';
import { BODIES } from './attacks/bodies.js';
import { DESK } from './attacks/desk.js';
import { FLOODS } from './attacks/floods.js';
import { SOCKETS } from './attacks/sockets.js';
import { WRITES } from './attacks/writes.js';

export const ATTACKS: readonly Attack[] = [...SOCKETS, ...ANSWERS, ...BODIES, ...DESK, ...WRITES, ...FLOODS];
