import { isIP, isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

const MAPPED = '::ffff:';
/** Bytes of a /64. */
const NETWORK = 8;

/** Whom a request counts as, by its address. Behind proxies that TRUST_PROXY names, it is the address that they saw. */
export function clientAddress(request: FastifyRequest): string {
  // What a proxy passes on may be anything; what the connection comes from is an address.
  return addressGroup(isIP(request.ip) ? request.ip : (request.socket.remoteAddress ?? ''));
}

/**
 * Whom an address counts as: itself for IPv4, also where it is written as IPv6; its /64 for IPv6, as that is the least
 * that one subscriber has.
 */
export function addressGroup(address: string): string {
  // How IPv4 clients look to a server that listens on `::`: not worth parsing it.
  const unmapped = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
  if (isIPv4(unmapped)) return unmapped;
  return address === '' ? '' : networkOf(address);
}

function networkOf(address: string): string {
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const bytes = parsed.toByteArray().fill(0, NETWORK);
  return new ipaddr.IPv6(bytes).toString();
}
