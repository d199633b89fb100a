import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { session } from '../session/session.js';
import { t } from '../words/words.js';
import { nameOfPerson, profiles } from './profiles.js';
import { useStore } from './use-store.js';

/** Somebody by what they are called, or by the id of their tokens where nobody has said it. */
export function usePersonName(): (userId: string) => string {
  const account = useStore(session.account);
  const names = useStore(profiles.names);
  return useCallback(
    (userId) => {
      if (userId === account?.userId) return t.you;
      return userId === 'system' ? t.system : nameOfPerson(names, userId);
    },
    [account, names],
  );
}

export function Person({ id }: { id: string }) {
  const nameOf = usePersonName();
  const name = nameOf(id);
  // Two may have the same name: the id tells them apart.
  return <bdi title={name === id ? undefined : id}>{name}</bdi>;
}

/** Agents whose names are known, by their ids: to assign to. */
export function useAgents(): string[] {
  const { data = [] } = useQuery({
    queryKey: ['agents'],
    queryFn: () => session.client.desk.profiles.agents.query({ limit: 100 }),
    staleTime: 300_000,
  });
  return data.map(({ userId }) => userId);
}
