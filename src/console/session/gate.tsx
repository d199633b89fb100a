import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { explain } from '../api/explain.js';
import { useTRPC } from '../api/trpc.js';
import { readAgain } from '../queue/list-state.js';
import { forgetOldDrafts } from '../ticket/drafts.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading } from '../ui/states.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import { session } from './session.js';
import { NoDeskPage, SignInForm, SignInPage, SigningInPage } from './sign-in.js';

/** Shows the desk to who may work there; over it, when their token has expired, the way to a new one. */
export function Gate({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const state = useStore(session.state);
  const account = useStore(session.account);
  const asked = useQuery({
    ...trpc.support.account.get.queryOptions(),
    enabled: state === 'yes' && account === undefined,
  });

  useEffect(() => {
    if (asked.data && session.account.value === undefined) session.account.set(asked.data);
  }, [asked.data]);
  useEffect(forgetOldDrafts, []);
  // Of one user nothing is shown to another; with a new token of the same, what could not be read is read.
  const before = useRef<string>(undefined);
  useEffect(() => {
    if (state === 'no' || state === 'busy') {
      before.current = undefined;
      queries.clear();
    } else if (state === 'yes' && account) {
      if (before.current !== undefined && before.current !== account.userId) queries.clear();
      else if (before.current !== undefined) readAgain(queries, trpc.desk.tickets.list.infiniteQueryKey());
      before.current = account.userId;
    }
  }, [state, account, queries, trpc]);

  if (state === 'busy') return <SigningInPage />;
  if (state === 'no') return <SignInPage />;
  if (account === undefined) {
    if (state === 'expired' || (asked.error && explain(asked.error).remedy === 'sign-in')) return <SignInPage />;
    return asked.error ? <Failed error={asked.error} onRetry={() => void asked.refetch()} /> : <Loading />;
  }
  if (account.role === 'customer') return <NoDeskPage userId={account.userId} />;
  return (
    <>
      {children}
      <Modal title={t.signIn.expired} open={state === 'expired'}>
        <p>{t.signIn.expiredHint}</p>
        <SignInForm isOver />
      </Modal>
    </>
  );
}
