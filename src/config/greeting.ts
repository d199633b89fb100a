import type { Config } from './config.js';

interface Greeted {
  config: Pick<Config, 'HOST' | 'JWT_SECRET' | 'CONSOLE'>;
  /** Where it really listens; PORT may be 0. */
  port: number;
  /** Where the development secret is kept, if tokens are signed with it. */
  secretPath: string | undefined;
  /** For who opens the console; none where tokens are not signed with the development secret. */
  consoleToken: string | undefined;
}

/** For the person who has just started it: where it is, how to get a token, and a first request. */
export function greeting({ config, port, secretPath, consoleToken }: Greeted): string {
  const url = `http://${hostToCall(config.HOST)}:${port}`;
  const lines = ['', `  Support API   ${url}`, `  Docs          ${url}/docs`];
  // Behind the `#`: what stands there is sent to no server, and the page takes it off its address at once.
  if (config.CONSOLE) lines.push(`  Console       ${url}/console${consoleToken ? `#token=${consoleToken}` : ''}`);
  if (secretPath !== undefined) {
    lines.push(`  Tokens        signed with ${secretPath}: for development, set JWT_SECRET in production`);
  }
  // Only a secret of ours can sign; with a public key, tokens come from whoever has the private one.
  if (config.JWT_SECRET !== undefined) {
    lines.push(
      '',
      '  In another shell:',
      '    TOKEN=$(npm run --silent token -- --sub user_123)',
      `    curl -H "Authorization: Bearer $TOKEN" ${url}/support/categories`,
      '',
      '  An empty desk? `npm run seed` there makes a month of tickets to try it with.',
    );
  }
  return `${[...lines, ''].join('\n')}\n`;
}

/** An address that means every interface is none that everybody can call. */
function hostToCall(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
