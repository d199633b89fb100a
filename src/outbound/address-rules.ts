import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All addresses that are in use on the internet: what else there is of IPv6 leads inside, or nowhere. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

export interface AddressRuleOptions {
  /** Networks inside that may be called all the same. */
  allowed: readonly string[];
  /** Nothing is sent over the internet without TLS. */
  httpsOnly: boolean;
}

/** Whom this service calls at addresses that somebody else has given: nobody within the networks that it is in. */
export class AddressRules {
  readonly #allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  readonly #httpsOnly: boolean;

  constructor({ allowed, httpsOnly }: AddressRuleOptions) {
    this.#allowed = allowed.map((cidr) => ipaddr.parseCIDR(cidr));
    this.#httpsOnly = httpsOnly;
  }

  /** Whether an IP address may be called. What is no address may not. */
  allows(address: string, protocol: string): boolean {
    if (isIP(address) === 0) return false;
    // Also reads `::ffff:10.0.0.1` as the IPv4 address that it stands for.
    const parsed = ipaddr.process(address);
    if (this.#allowed.some((cidr) => isWithin(parsed, cidr))) return true;
    if (this.#httpsOnly && protocol !== 'https:') return false;
    return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || isWithin(parsed, GLOBAL_IPV6));
  }

  /**
   * What is wrong with a URL, as far as it can be told before its host is looked up; undefined: nothing. The address that it leads to
   * is looked at whenever it is called.
   */
  faultOf({ protocol, hostname }: URL): string | undefined {
    if (this.#httpsOnly && protocol !== 'https:' && this.#allowed.length === 0) return 'Must begin with https://';
    const host = withoutBrackets(hostname);
    if (isIP(host) !== 0 && !this.allows(host, protocol)) return 'Must not lead to an address that is not public';
    return undefined;
  }
}

/** A URL's `hostname` as addresses are written elsewhere. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, cidr: [ipaddr.IPv4 | ipaddr.IPv6, number]): boolean {
  // Those of the other kind are none of the network's; match() would throw.
  return address.kind() === cidr[0].kind() && address.match(cidr as [ipaddr.IPv4, number] & [ipaddr.IPv6, number]);
}
