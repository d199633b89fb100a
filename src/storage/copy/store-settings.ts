import { type Config, ConfigError, loadConfig } from '../../config/config.js';
import { placeOf } from '../open-store.js';

/** Which settings say where files are. */
const OF_STORES = /^(?:FILES_FOLDER|S3_\w+)$/;

type Settings = Record<string, string | undefined>;

/**
 * The configuration of the service with the store that a file of settings names: what else the file sets does not count. A bucket
 * has the service's FILES_FOLDER for what is on its way, unless the file has another.
 *
 * @throws ConfigError, in which `path` is named, where it names no store, or a wrong one
 */
export function configWithStore(service: Settings, path: string, settings: Settings): Config {
  const meant = Object.entries(settings).filter(([name]) => OF_STORES.test(name));
  if (!meant.some(([name, value]) => (name === 'FILES_FOLDER' || name === 'S3_BUCKET') && value !== '')) {
    const here = placeOf(loadConfig(service));
    throw new ConfigError(
      `${path} must set FILES_FOLDER, or S3_BUCKET and its keys. The service has its files in ${here}`,
    );
  }
  const others = Object.entries(service).filter(([name]) => !name.startsWith('S3_'));
  try {
    return loadConfig(Object.fromEntries([...others, ...meant]));
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(error.message.replaceAll(/^/gm, `${path}: `));
    throw error;
  }
}
