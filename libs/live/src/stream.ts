import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** An open page, as its server tells it. Nothing about anybody is said: the page fetches what it shows. */
export interface OpenPage {
  /** Something that it shows has changed; `about` says what, where the page may know. */
  changed(about?: Record<string, unknown>): void;
  /** The connection is still there. To be said every BEAT_MS, or the page takes it for dead. */
  beat(): void;
  /** Nothing more will be told. */
  end(): void;
}

/** Lets a page in, and answers how it leaves; undefined where there is no room. */
export type Join = (page: OpenPage) => (() => void) | undefined;

/** What is needed of a Fastify reply. */
interface Reply {
  raw: ServerResponse;
  getHeaders(): unknown;
  hijack(): unknown;
}

/** Makes the answer a stream of server-sent events, for as long as the page is open. False, with nothing said, where there is no room. */
export function answerAsStream(reply: Reply, join: Join): boolean {
  const { raw } = reply;
  // It waits for another answer on its connection: a stream would never come to it, and nobody would hear that its page has left.
  if (raw.socket === null) return false;
  const tell = (event: string, data: unknown): void => void (raw.writableEnded || raw.destroyed || raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  const leave = join({
    changed: (about = {}) => tell('changed', about),
    beat: () => tell('beat', {}),
    // The connection ends with the stream: kept open, it would be what a program waits for that is told to end.
    end: () => void raw.end(() => raw.socket?.end()),
  });
  if (!leave) return false;
  raw.on('close', leave);
  if (raw.destroyed) leave();
  reply.hijack();
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  raw.write('retry: 1000\n\n');
  return true;
}
