import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Way } from './way.js';

/** What a filter does with the bytes of one connection, each way; it may keep parts until they are whole. */
export interface Filter {
  up(chunk: Buffer, way: Way): void;
  down(chunk: Buffer, way: Way): void;
}

export interface ProxyOptions {
  /** Where connections lead: a port of 127.0.0.1, asked at each new connection. */
  target: () => number;
  /** Made for each connection; without one every byte passes as it comes. */
  filter?: () => Filter;
}

/** A way to a server (TCP, 127.0.0.1) that can be cut, delayed, frozen, and robbed of its replies. */
export interface Proxy {
  port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Breaks every connection and refuses new ones, until `mend`. */
  cut(): void;
  /** Breaks one connection; `pick` chooses by its number. False where there is none. */
  cutOne(pick: (count: number) => number): boolean;
  /** Every chunk comes this many milliseconds late, in order. 0 ends it. */
  delay(milliseconds: number): void;
  /** Nothing passes any way, nothing breaks: what is sent meanwhile arrives after `mend`. */
  freeze(): void;
  /**
   * Requests reach the server, its replies are lost; `mend` breaks the connections that lost some. `after`: only the replies
   * of a connection on which a request has passed that holds these bytes.
   */
  swallow(after?: string): void;
  /** Everything passes again. */
  mend(): void;
  close(): void;
}

interface Link {
  sockets: [Socket, Socket];
  up: Way;
  down: Way;
  /** A request has passed whose reply is to be lost. */
  marked: boolean;
  robbed: boolean;
}

type State = 'open' | 'cut' | 'frozen' | 'swallowing';

class Connections {
  readonly links = new Set<Link>();
  state: State = 'open';
  delayMs = 0;
  after = Buffer.of();

  constructor(private readonly options: ProxyOptions) {}

  private robs(link: Link): boolean {
    return this.state === 'swallowing' && (this.after.length === 0 || link.marked);
  }

  take(inner: Socket): void {
    if (this.state === 'cut') return void inner.destroy();
    const outer = connect(this.options.target(), '127.0.0.1');
    inner.setNoDelay(true);
    outer.setNoDelay(true);
    const filter = this.options.filter?.();
    const link: Link = { sockets: [inner, outer], up: new Way(inner, outer), down: new Way(outer, inner), marked: false, robbed: false };
    this.links.add(link);
    this.set(link);
    inner.on('data', (chunk) => {
      if (this.state === 'swallowing') link.marked ||= chunk.includes(this.after);
      if (filter) filter.up(chunk, link.up);
      else link.up.send(chunk);
    });
    outer.on('data', (chunk) => {
      if (this.robs(link)) return void (link.robbed = true);
      if (filter) filter.down(chunk, link.down);
      else link.down.send(chunk);
    });
    for (const socket of link.sockets) {
      socket.on('error', () => this.end(link));
      socket.on('close', () => this.end(link));
    }
  }

  set({ up, down }: Link): void {
    for (const way of [up, down]) {
      way.delayMs = this.delayMs;
      if (this.state === 'frozen') way.hold();
    }
  }

  end(link: Link): void {
    this.links.delete(link);
    for (const socket of link.sockets) socket.destroy();
  }

  endAll(): void {
    for (const link of this.links) this.end(link);
  }

  mend(): void {
    this.state = 'open';
    for (const link of this.links) {
      if (link.robbed) this.end(link);
      else for (const way of [link.up, link.down]) way.release();
    }
  }

  turn(state: State): void {
    this.state = state;
    for (const link of this.links) this.set(link);
  }
}

/** Listens on a free port and passes bytes on. */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  const all = new Connections(options);
  const server = createServer({ noDelay: true }, (inner) => all.take(inner)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    all.state = 'cut';
    all.endAll();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => all.links.size,
    cut,
    cutOne: (pick) => {
      const link = [...all.links][pick(all.links.size)];
      if (link) all.end(link);
      return link !== undefined;
    },
    delay: (milliseconds) => {
      all.delayMs = milliseconds;
      for (const link of all.links) all.set(link);
    },
    freeze: () => all.turn('frozen'),
    swallow: (after = '') => {
      all.after = Buffer.from(after, 'latin1');
      for (const link of all.links) link.marked = false;
      all.turn('swallowing');
    },
    mend: () => all.mend(),
    close: () => {
      cut();
      server.close();
    },
  };
}
