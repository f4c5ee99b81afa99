import { createServer } from 'node:net';
import { problem } from './problem.js';

/** Whether a program could listen on that port of that address now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A port of the loopback address that nobody used a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/**
 * The port a server is to use: the one that was asked for (a `port-taken` problem if it is not free), else the
 * remembered one while it is free, else any free one.
 */
export async function choosePort(server: string, asked: number | undefined, remembered: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (await isPortFree(asked)) return asked;
    throw problem('port-taken', `Port ${asked} on 127.0.0.1, which was asked for ${server}, is taken by another program.`);
  }
  if (remembered !== undefined && (await isPortFree(remembered))) return remembered;
  return freePort();
}
