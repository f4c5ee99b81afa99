import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Public by its number, and yet a cloud's own service for the machine that asks. */
const OF_THE_CLOUD = new Set(['168.63.129.16']);
const GLOBAL = ipaddr.parseCIDR('2000::/3');

/** Nothing but addresses of the public internet: no list of what is bad can be complete. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || OF_THE_CLOUD.has(address.toString())) return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL as [ipaddr.IPv6, number]);
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
const isPlain = ({ protocol, username, password, hash }: URL): boolean => /^https?:$/.test(protocol) && username + password + hash === '';
const portOf = ({ port, protocol }: URL): string => port || (protocol === 'http:' ? '80' : '443');

/** The host of a webhook with its port where that is not the usual one: what may be shown of it. */
export const hostOf = (url: string): string => new URL(url).host;

/**
 * Where webhooks may lead: https to the public internet, and whatever an operator allows besides. An entry is a host or
 * `host:port` (by any scheme, whatever it resolves to), or a range of addresses in CIDR notation.
 */
export class Reach {
  private readonly hosts: readonly string[];
  private readonly ranges: readonly [Address, number][];

  /** Throws a RangeError that names an entry which is none. */
  constructor(allowed: readonly string[] = []) {
    this.ranges = allowed.filter((entry) => entry.includes('/')).map(rangeOf);
    this.hosts = allowed.filter((entry) => !entry.includes('/')).map((entry) => bareEntry(entry));
  }

  /** As `WEBHOOK_ALLOW_HOSTS` writes it: comma separated. */
  static of(list: string | undefined): Reach {
    return new Reach((list ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== ''));
  }

  /** Whether an operator named this host. */
  private named(url: URL): boolean {
    const host = bare(url.hostname);
    const withPort = `${host.includes(':') ? `[${host}]` : host}:${portOf(url)}`;
    return this.hosts.includes(host) || this.hosts.includes(withPort) || (ipaddr.isValid(host) && this.inRange(host));
  }

  private inRange(text: string): boolean {
    const address = ipaddr.process(text);
    return this.ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base as ipaddr.IPv4 & ipaddr.IPv6, bits));
  }

  /** Why nothing is sent there, in one sentence; undefined where it may be, as far as that can be told without its address. */
  faultOf(text: string): string | undefined {
    const url = URL.canParse(text) && text.length <= 2_000 ? new URL(text) : undefined;
    if (!url || !isPlain(url)) return 'a webhook is a URL such as https://crm.example.com/hook, without user, password and fragment';
    if (url.protocol === 'http:' && !this.named(url)) return 'a webhook is called by https only, unless the operator allows its host (WEBHOOK_ALLOW_HOSTS)';
    const host = bare(url.hostname);
    if (ipaddr.isValid(host) && !this.reaches(url, host)) return 'this address is not one of the public internet; the operator can allow it (WEBHOOK_ALLOW_HOSTS)';
    return undefined;
  }

  /** Whether a connection for this URL may be made to this address: to be asked of every address, at every connection. */
  reaches(url: URL, address: string): boolean {
    if (this.named(url)) return true;
    if (!ipaddr.isValid(address)) return false;
    return this.inRange(address) || isPublic(ipaddr.parse(address));
  }
}

function rangeOf(entry: string): [Address, number] {
  if (!ipaddr.isValidCIDR(entry)) throw new RangeError(`WEBHOOK_ALLOW_HOSTS: ${entry} is no range of addresses`);
  return ipaddr.parseCIDR(entry);
}

function bareEntry(entry: string): string {
  const host = ipaddr.IPv6.isValid(entry) ? `[${entry}]` : entry;
  if (!URL.canParse(`https://${host}`) || /[/?#@*]/.test(entry)) throw new RangeError(`WEBHOOK_ALLOW_HOSTS: ${entry} is no host`);
  return host === entry ? bare(entry) : bare(host);
}
