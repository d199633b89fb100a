import { existsSync, readFileSync } from 'node:fs';
import { loadEnvFile as loadFile } from 'node:process';
import { parseEnv } from 'node:util';

/** Reads `.env` of the current folder, if there is one; what is in the environment already wins. */
export function loadEnvFile(): void {
  if (existsSync('.env')) loadFile('.env');
}

/** What a file like `.env` sets; nothing comes into the environment. */
export function readEnvFile(path: string): Record<string, string | undefined> {
  return parseEnv(readFileSync(path, 'utf8'));
}
