import { once } from 'node:events';
import { Socket } from 'node:net';

const PATIENCE_MS = 3_000;

async function knock(broker: string, signal: AbortSignal): Promise<string> {
  const socket = new Socket();
  try {
    const [host = '', port] = broker.split(':');
    await once(socket.connect(Number(port), host), 'connect', { signal });
    return broker;
  } finally {
    socket.destroy();
  }
}

/**
 * The broker to begin with, of those that are named: the first that takes a connection. kafkajs begins with the first of its list each time, and
 * gets no further where it is not to try again: while that one was away, nobody came in, whatever the others held. All of them where none
 * answers within three seconds: kafkajs says what is wrong.
 */
export async function findBroker(brokers: readonly string[]): Promise<string[]> {
  if (brokers.length < 2) return [...brokers];
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    return [await Promise.any(brokers.map((broker) => knock(broker, signal)))];
  } catch {
    return [...brokers];
  } finally {
    done.abort();
  }
}
