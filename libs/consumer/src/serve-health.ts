import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Consumer } from './options.js';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * Serves, over plain HTTP: `/health/live` (200 while the consumer has not stopped), `/health/ready` (200 when it is
 * ready, else 503; with the whole health as body) and `/metrics` (Prometheus). Nothing in it is
 * personal, and nobody is asked who he is: keep it on an inner address. Port 0 takes a free one.
 */
export async function serveHealth(consumer: Pick<Consumer, 'health' | 'metrics'>, { port, host = '127.0.0.1' }: { port: number; host?: string }): Promise<HealthServer> {
  const routes: Record<string, (response: ServerResponse) => void> = {
    '/health/live': (response) => {
      const { state } = consumer.health();
      answer(response, state === 'stopped' ? 503 : 200, { state });
    },
    '/health/ready': (response) => {
      const health = consumer.health();
      answer(response, health.ready ? 200 : 503, health);
    },
    '/metrics': (response) => void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(consumer.metrics()),
  };
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? '').split('?')[0] ?? ''];
    if (route) route(response);
    else answer(response, 404, { paths: Object.keys(routes) });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
