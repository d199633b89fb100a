import type { Config } from '../config/config.js';
import { databaseHome } from '../db/home.js';
import type { Sql } from '../db/sql/sql.js';
import { AddressRules } from './address-rules.js';

type Settings = Pick<Config, 'NODE_ENV' | 'WEBHOOK_ALLOW_CIDRS' | 'DATABASE_URL' | 'DEPLOYMENT'>;

/** Where this service may send to. */
export function addressRules({ NODE_ENV, WEBHOOK_ALLOW_CIDRS }: Settings): AddressRules {
  return new AddressRules({ allowed: WEBHOOK_ALLOW_CIDRS, httpsOnly: NODE_ENV === 'production' });
}

/** What procedures know of sending to others. */
export function outboundHost(config: Settings, sql: Sql) {
  const rules = addressRules(config);
  let home: Promise<string> | undefined;
  return {
    faultOf: (url: string) => rules.faultOf(new URL(url)),
    home() {
      home ??= databaseHome(sql, config).catch((error) => {
        home = undefined;
        throw error;
      });
      return home;
    },
  };
}
