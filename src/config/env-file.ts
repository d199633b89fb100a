import { existsSync } from 'node:fs';
import { loadEnvFile as loadFile } from 'node:process';

/** Reads `.env` of the current folder, if there is one; what is in the environment already wins. */
export function loadEnvFile(): void {
  if (existsSync('.env')) loadFile('.env');
}
