import { type FormEvent, useState } from 'react';
import { explain } from '../api/explain.js';
import { Button } from '../ui/button.js';
import { t } from '../words/words.js';
import { session } from './session.js';
import styles from './sign-in.module.css';

/** A field for a token: what there is without an OpenID provider, which will have a button here. */
export function TokenForm({ hint }: { hint?: string }) {
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
      {hint && <p>{hint}</p>}
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
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <h1 className={styles.title}>{t.title}</h1>
        <p>{t.signIn.explain}</p>
        <TokenForm />
        <p className={styles.help}>
          {t.signIn.development} <code>npm run --silent token -- --sub agent_dana --role agent</code>
        </p>
      </div>
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
        <Button onClick={() => session.signOut()}>{t.account.signOut}</Button>
      </div>
    </main>
  );
}
