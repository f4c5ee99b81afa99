import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** A page that wants to know when something was recorded about its device. */
export interface Watcher {
  /** The device's count of events: at once, when it has grown, and every now and then. */
  tell(seq: number): void;
  /** Nothing more will be told. */
  end(): void;
}

/** How soon a page learns of an event, whichever process or machine recorded it. */
const LOOK_MS = 1_000;
const REPEAT_MS = 15_000;
/** Open pages in one process, from one network, and of one device: the site's subdomains have one each. */
const MOST = 10_000;
const MOST_OF_NETWORK = 1_000;
const MOST_OF_ONE = 16;

export const READ_SEQS = 'SELECT person, seq FROM persons WHERE ledger = $1 AND person = ANY ($2::uuid[])';

interface Watched {
  seq: number;
  /** Each with the network it is of. */
  watchers: Map<Watcher, string>;
}

/**
 * Open pages by device. While there are any, one query a second asks for all of them how many events each device has: no change waits for
 * it, and no notification of the database is needed. What happened is told to nobody; the page asks with its token.
 */
export class DeviceWatch {
  private readonly devices = new Map<string, Watched>();
  private readonly networks = new Map<string, number>();
  private open = 0;
  private timer?: NodeJS.Timeout;
  private toldAt = 0;
  private closed = false;

  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly log: Logger,
  ) {}

  /** Answers how to leave; undefined where too many pages are open, in all or from its network, or all are being ended. Tells what holds now before anything newer. */
  async add(device: string, network: string, watcher: Watcher): Promise<(() => void) | undefined> {
    if (this.isFull(network)) return undefined;
    this.count(network, 1);
    const { seq = 0 } = (await this.read([device]).catch((error: unknown) => {
      this.count(network, -1);
      throw error;
    }))[0] ?? {};
    if (this.closed) return void this.count(network, -1);
    const watched = this.devices.get(device) ?? { seq, watchers: new Map() };
    if (watched.watchers.size >= MOST_OF_ONE) this.endOldest(device, watched);
    this.devices.set(device, watched);
    watched.watchers.set(watcher, network);
    watcher.tell(seq);
    this.timer ??= setTimeout(() => void this.look(), LOOK_MS);
    return () => this.leave(device, watcher);
  }

  private isFull(network: string): boolean {
    return this.closed || this.open >= MOST || (this.networks.get(network) ?? 0) >= MOST_OF_NETWORK;
  }

  get size(): number {
    return this.open;
  }

  /** Ends every page's connection; they come again to a process that lives. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { watchers } of [...this.devices.values()]) for (const watcher of [...watchers.keys()]) watcher.end();
  }

  /** It is told nothing more from now on, however long its connection takes to end. */
  private endOldest(device: string, { watchers }: Watched): void {
    const [oldest] = watchers.keys();
    if (!oldest) return;
    this.leave(device, oldest);
    oldest.end();
  }

  private count(network: string, more: 1 | -1): void {
    this.open += more;
    const open = (this.networks.get(network) ?? 0) + more;
    if (open > 0) this.networks.set(network, open);
    else this.networks.delete(network);
  }

  private leave(device: string, watcher: Watcher): void {
    const watched = this.devices.get(device);
    const network = watched?.watchers.get(watcher);
    if (!watched || network === undefined) return;
    watched.watchers.delete(watcher);
    this.count(network, -1);
    if (watched.watchers.size === 0) this.devices.delete(device);
  }

  private async read(devices: string[]): Promise<{ person: string; seq: number }[]> {
    return (await this.pool.query<{ person: string; seq: number }>({ name: 'read-seqs', text: READ_SEQS, values: [this.ledger, devices] })).rows;
  }

  private async look(): Promise<void> {
    try {
      const repeats = Date.now() - this.toldAt > REPEAT_MS;
      for (const { person, seq } of await this.read([...this.devices.keys()])) this.note(person, seq);
      if (repeats) this.repeat();
    } catch (error) {
      this.log.warn({ code: (error as { code?: string }).code }, 'open pages wait for the database');
    }
    this.timer = this.devices.size > 0 && !this.closed ? setTimeout(() => void this.look(), LOOK_MS) : undefined;
  }

  private note(device: string, seq: number): void {
    const watched = this.devices.get(device);
    if (!watched || seq <= watched.seq) return;
    watched.seq = seq;
    for (const watcher of watched.watchers.keys()) watcher.tell(seq);
  }

  /** Keeps connections open, and reaches whoever could not ask the last time. */
  private repeat(): void {
    this.toldAt = Date.now();
    for (const { seq, watchers } of this.devices.values()) for (const watcher of watchers.keys()) watcher.tell(seq);
  }
}
