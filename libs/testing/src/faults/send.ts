import { Agent, request } from 'node:http';

/** What a server said, or why it said nothing. */
export type Said = { status: number; text: string } | { broken: string };

export interface Outgoing {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
}

/** Connections that are kept for the next call. */
export const keptConnections = (most: number): Agent => new Agent({ keepAlive: true, maxSockets: most, scheduling: 'fifo' });

/** One HTTP call. Never throws: a connection that broke or a silence is told. */
export function send(agent: Agent, url: URL, { method = 'POST', headers = {}, body = '', timeoutMs = 15_000 }: Outgoing): Promise<Said> {
  return new Promise((resolve) => {
    const call = request(url, { agent, method, timeout: timeoutMs, headers: { ...(body && { 'content-type': 'application/json' }), ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', (error) => resolve({ broken: error.message }));
      response.on('aborted', () => resolve({ broken: 'the answer was cut off' }));
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', (error: Error & { code?: string }) => resolve({ broken: error.code ?? error.message }));
    call.end(body);
  });
}
