/** `scheme://host[:port]`, as browsers and the web views of apps send it. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([^/?#@\s]+)$/;
/** What may stand for the first labels of a host: `https://*.example.com`. */
const ANY_SUBDOMAIN = '*.';

/**
 * Whether a setting can be the `Origin` of a page, or `*`, or stand for those of all subdomains. For http and https it must be
 * as a browser writes it (no path, no default port, lower case); others (`capacitor:`, `ionic:`, `tauri:`,
 * `chrome-extension:`) are compared as they stand.
 */
export function isOrigin(text: string): boolean {
  if (text === '*') return true;
  const [, scheme = '', host = ''] = ORIGIN.exec(text) ?? [];
  const wildcard = host.startsWith(ANY_SUBDOMAIN);
  const plain = wildcard ? host.slice(ANY_SUBDOMAIN.length) : host;
  if (scheme === '' || plain === '' || plain.includes('*')) return false;
  if (scheme !== 'http' && scheme !== 'https') return !wildcard;
  const url = `${scheme}://${plain}`;
  // A whole top-level domain is nobody's own.
  if (wildcard && !plain.replace(/:\d+$/, '').includes('.')) return false;
  return URL.canParse(url) && new URL(url).origin === url;
}

/** What an allowed origin is compared by: the text itself, or the pattern of a host and whatever stands before it. */
export function originPattern(origin: string): string | RegExp {
  const [scheme = '', host = ''] = origin.split('://');
  if (!host.startsWith(ANY_SUBDOMAIN)) return origin;
  const parent = host.slice(ANY_SUBDOMAIN.length).replaceAll('.', '\\.');
  return new RegExp(`^${scheme}://(?:[a-z0-9-]+\\.)+${parent}$`);
}
