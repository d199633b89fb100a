import type { Config } from '../../config/config.js';

export interface ConsoleSignIn {
  /** Where the page fetches tokens from. */
  origins: string[];
  /** For the page, which reads it from a `<meta>` (src/console/session/oidc-settings.ts). */
  client: {
    authority: string;
    clientId: string;
    scope: string;
    parameters: Record<string, string>;
    token: 'access_token' | 'id_token';
  };
}

/** How agents sign in at the issuer of the tokens; none where that isn't set up. */
export function consoleSignIn(config: Config): ConsoleSignIn | undefined {
  const { CONSOLE_OIDC_CLIENT_ID: clientId, CONSOLE_OIDC_AUTHORITY, JWT_ISSUER = '' } = config;
  if (clientId === undefined) return undefined;
  const authority = CONSOLE_OIDC_AUTHORITY ?? JWT_ISSUER;
  return {
    origins: [...new Set([new URL(authority).origin, ...config.CONSOLE_OIDC_ORIGINS])],
    client: {
      authority,
      clientId,
      scope: config.CONSOLE_OIDC_SCOPE,
      parameters: config.CONSOLE_OIDC_PARAMETERS,
      token: config.CONSOLE_OIDC_TOKEN,
    },
  };
}
