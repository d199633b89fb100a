import { type FormEvent, useState } from 'react';
import { explain } from '../api/explain.js';
import { Button } from '../ui/button.js';
import { useStore } from '../ui/use-store.js';
import { LanguageLinks } from '../words/language-links.js';
import { t } from '../words/words.js';
import type { Oidc } from './oidc.js';
import { session } from './session.js';
import styles from './sign-in.module.css';

interface SignInFormProps {
  /** Over a page that is to stay as it is. */
  isOver?: boolean;
}

/** The way in: by the issuer where one is set up, else by a field for a token. */
export function SignInForm({ isOver = false }: SignInFormProps) {
  return session.oidc ? <IssuerForm oidc={session.oidc} isOver={isOver} /> : <TokenForm />;
}

function IssuerForm({ oidc, isOver }: { oidc: Oidc; isOver: boolean }) {
  const fault = useStore(oidc.fault);
  return (
    <div className={styles.form}>
      <p role="alert" className={styles.fault}>
        {fault && t.signIn.faults[fault.fault]}
      </p>
      {fault?.said && (
        <p className={styles.help}>
          {t.signIn.issuerSays} <bdi>{fault.said}</bdi>
        </p>
      )}
      <Button look="primary" onClick={() => void (isOver ? oidc.signInAgain() : oidc.signIn())}>
        {t.signIn.go}
      </Button>
    </div>
  );
}

function TokenForm() {
  const [typed, type] = useState('');
  const [state, setState] = useState<'idle' | 'asking'>('idle');
  const [fault, setFault] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const token = typed.trim().replace(/^Bearer\s+/i, '');
    if (token === '') return;
    setState('asking');
    setFault('');
    try {
      await session.signIn(token);
      type('');
    } catch (error) {
      const { text, remedy } = explain(error);
      setFault(remedy === 'sign-in' ? t.signIn.refused : text);
    }
    setState('idle');
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <label className={styles.label}>
        {t.signIn.token}
        <input
          type="password"
          className={styles.field}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={fault !== ''}
          aria-describedby="token-fault"
          onChange={({ target }) => type(target.value)}
        />
      </label>
      <p id="token-fault" role="alert" className={styles.fault}>
        {fault}
      </p>
      <Button look="primary" type="submit" disabled={state === 'asking' || typed.trim() === ''}>
        {t.signIn.go}
      </Button>
    </form>
  );
}

export function SignInPage() {
  const { oidc } = session;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <h1 className={styles.title}>{t.title}</h1>
        {oidc ? <p>{oidc.hasLeft ? t.signIn.left : t.signIn.atIssuer}</p> : <p>{t.signIn.explain}</p>}
        <SignInForm />
        {!oidc && (
          <p className={styles.help}>
            {t.signIn.development} <code>npm run --silent token -- --sub agent_dana --role agent</code>
          </p>
        )}
        <div className={styles.languages}>
          <LanguageLinks />
        </div>
      </div>
    </main>
  );
}

/** On the way to the issuer's page, or back from it. */
export function SigningInPage() {
  return (
    <main className={styles.page} aria-busy="true">
      <p role="status">{t.signIn.busy}</p>
    </main>
  );
}

/** Somebody who is signed in, and has no place at the desk. */
export function NoDeskPage({ userId }: { userId: string }) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <h1 className={styles.title}>{t.signIn.noDesk}</h1>
        <p>{t.signIn.customer(userId)}</p>
        {session.oidc && <p>{t.signIn.askForRole}</p>}
        <Button onClick={() => session.signOut()}>{t.account.signOut}</Button>
      </div>
    </main>
  );
}
