import { Store } from '../../browser/store.js';

export type LiveState = 'connecting' | 'live' | 'off';

/** Whether what is on the screen follows what happens. */
export const liveState = new Store<LiveState>('connecting');
