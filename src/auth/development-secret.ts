import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, ConfigError, SECRET_BYTES } from '../config/config.js';
import { makeFolder } from '../config/make-folder.js';

/** Where the development secret is kept: beside the SQLite file, or in ./data when the database is elsewhere. */
export function developmentSecretPath(config: Config): string {
  const folder = config.DATABASE_URL.startsWith('file:') ? dirname(config.DATABASE_URL.slice('file:'.length)) : 'data';
  return join(folder, 'development-jwt-secret');
}

/**
 * The configuration with a key to check tokens with: the one that is configured, else (never in production, where
 * loadConfig() insists on one) a secret that is made once and kept for this user's eyes only.
 */
export function withDevelopmentSecret(config: Config): { config: Config; made: string | undefined } {
  if (config.JWT_SECRET ?? config.JWT_PUBLIC_KEY ?? config.JWT_JWKS_URL) return { config, made: undefined };
  const path = developmentSecretPath(config);
  const secret = keptSecret(path);
  if (Buffer.byteLength(secret) < SECRET_BYTES) {
    throw new ConfigError(`JWT_SECRET is not set, and the secret in ${path} is too short: remove that file`);
  }
  return { config: { ...config, JWT_SECRET: secret }, made: path };
}

function keptSecret(path: string): string {
  try {
    return readSecret(path) ?? makeSecret(path);
  } catch {
    throw new ConfigError(`JWT_SECRET is not set, and no development secret can be kept at ${path}: set JWT_SECRET`);
  }
}

function readSecret(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function makeSecret(path: string): string {
  const draft = `${path}.${process.pid}`;
  makeFolder(dirname(path));
  writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600 });
  try {
    // Whole or not at all: of two that start at once, one makes it and the other reads it.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}
