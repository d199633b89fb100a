import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { explain, waitMs } from './explain.js';

const TRIES = 3;
const FRESH_MS = 10_000;
/** Longer than this, somebody is told instead of kept waiting. */
const LONGEST_WAIT_MS = 5000;

/** `onExpired` is told of each call that was refused for its token. */
export function createQueryClient(onExpired: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (explain(error).remedy === 'sign-in') onExpired();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // What the server refuses it refuses again, but for when it had no time or too much to do.
        retry: (failures, error) => {
          const { remedy, retryMs = 0 } = explain(error);
          return remedy === 'wait' && failures < TRIES && retryMs <= LONGEST_WAIT_MS;
        },
        retryDelay: waitMs,
      },
    },
  });
}
