import { settings } from './settings.js';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

const { origin } = new URL(settings.supportUrl);

/**
 * Nothing inline, nothing from anywhere but here, and no text that becomes markup. The widget needs two entries of its own: its script,
 * and where it calls.
 */
export const POLICY = [
  "default-src 'none'",
  `script-src 'self' ${origin}`,
  `connect-src 'self' ${origin}`,
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const page = (title, head, body) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} – Little Bank</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/bank.css">${head}
  </head>
  <body>${body}</body>
</html>
`;

export const signInPage = (isRefused) =>
  page(
    'Sign in',
    '',
    `
    <main class="sign-in">
      <h1>Little Bank</h1>${isRefused ? '\n      <p role="alert">This name and password do not belong together.</p>' : ''}
      <form method="post" action="/sign-in">
        <label>Name <input name="name" autocomplete="username" required></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <button>Sign in</button>
      </form>
      <p>For this example: ann with ann-password, ben with ben-password, and petra, who reads German, with petra-password.</p>
    </main>
  `,
  );

/** The widget is one script; `bank.js` starts it. */
export const bankPage = ({ name, locale }) =>
  page(
    'Accounts',
    `
    <script src="/bank.js" defer></script>
    <script src="${escapeHtml(settings.supportUrl)}/widget/v1.js" async></script>`,
    `
    <header>
      <p class="brand">Little Bank</p>
      <nav aria-label="Bank">
        <a href="/accounts" aria-current="page">Accounts</a>
        <a href="/cards">Cards</a>
        <a href="/transfers">Transfers</a>
      </nav>
      <button id="help" type="button" data-locale="${escapeHtml(locale)}">Messages</button>
      <form method="post" action="/sign-out">
        <span>${escapeHtml(name)}</span>
        <button>Sign out</button>
      </form>
    </header>
    <main>
      <section id="accounts">
        <h1>Accounts</h1>
        <table>
          <thead><tr><th scope="col">Account</th><th scope="col">Balance</th></tr></thead>
          <tbody>
            <tr><td>Current account</td><td>€ 2,410.77</td></tr>
            <tr><td>Savings</td><td>€ 15,200.00</td></tr>
          </tbody>
        </table>
      </section>
      <section id="cards" hidden>
        <h1>Cards</h1>
        <p>Your card ending in 4242 is active.</p>
      </section>
      <section id="transfers" hidden>
        <h1>Transfers</h1>
        <p>There are no transfers to be confirmed.</p>
      </section>
    </main>
  `,
  );
