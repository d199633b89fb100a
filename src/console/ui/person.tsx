import { session } from '../session/session.js';
import { t } from '../words/words.js';
import { useStore } from './store.js';

/** Somebody by what they are called: today the id of their tokens; the one place for names and pictures. */
export function usePersonName(): (userId: string) => string {
  const account = useStore(session.account);
  return (userId) => {
    if (userId === account?.userId) return t.you;
    return userId === 'system' ? t.system : userId;
  };
}

export function Person({ id }: { id: string }) {
  return <bdi>{usePersonName()(id)}</bdi>;
}
