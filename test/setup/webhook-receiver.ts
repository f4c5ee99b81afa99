import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessageData } from '#contracts';

/** What came, as it came. */
export interface Received {
  id: string;
  headers: Record<string, string>;
  body: string;
  /** Of a CloudEvent. */
  data: MessageData;
  type: string;
  response: ServerResponse;
}

/** Answers with a status and a body, or not at all: `hang`, `break`. */
export type Answering = (received: Received) => { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'break';

export interface Receiver {
  url: string;
  host: string;
  /** Everything that came, in order. */
  all: Received[];
  /** What was answered with a 2xx, in order. */
  taken: Received[];
  answer: Answering;
  close(): Promise<void>;
  /** Listens again on the same port. */
  open(): Promise<void>;
}

/** A receiver of webhooks on a port of its own. */
export async function webhookReceiver(answer: Answering = () => ({ status: 204 })): Promise<Receiver> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString('utf8');
      const { data, type } = JSON.parse(body) as Pick<Received, 'data' | 'type'>;
      const received: Received = { id: String(request.headers['webhook-id']), headers: request.headers as Record<string, string>, body, data, type, response };
      receiver.all.push(received);
      const said = receiver.answer(received);
      if (said === 'hang') return;
      if (said === 'break') return void request.socket.destroy();
      if (said.status >= 200 && said.status < 300) receiver.taken.push(received);
      response.writeHead(said.status, said.headers).end(said.body);
    });
  });
  const listenOn = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listenOn(0);
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    host: `127.0.0.1:${port}`,
    all: [],
    taken: [],
    answer,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    open: () => listenOn(port),
  };
  return receiver;
}
