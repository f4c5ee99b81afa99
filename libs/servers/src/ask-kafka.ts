import { connect, type Socket } from 'node:net';

/** What a broker said to a metadata request. */
export type KafkaAnswer = { state: 'ready'; brokers: number } | { state: 'silent'; message: string };

const METADATA = 3;
const METADATA_VERSION = 4;
const CORRELATION = 1;
const CLIENT = 'samtycke';
/** A broker's answer about itself alone is small; anything larger is not Kafka talking. */
const LONGEST_ANSWER = 1_000_000;

/** A request for the brokers of the cluster and no topic (Kafka protocol: Metadata v4, request header v1). */
function metadataRequest(): Buffer {
  const body = Buffer.alloc(8 + 2 + CLIENT.length + 5);
  let at = body.writeInt16BE(METADATA, 0);
  at = body.writeInt16BE(METADATA_VERSION, at);
  at = body.writeInt32BE(CORRELATION, at);
  at = body.writeInt16BE(CLIENT.length, at);
  at += body.write(CLIENT, at, 'utf8');
  at = body.writeInt32BE(0, at);
  body.writeInt8(0, at);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The number of brokers in an answer: after correlation id and throttle time. */
function readBrokers(answer: Buffer): number | undefined {
  if (answer.length < 12 || answer.readInt32BE(0) !== CORRELATION) return undefined;
  return answer.readInt32BE(8);
}

/** Asks one broker (`host:port`) once, for `timeoutMs` (default 5,000) at most; ready = it knows of a broker that serves. Never throws. */
export function askKafka(address: string, timeoutMs = 5_000): Promise<KafkaAnswer> {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address.trim()) ?? [];
  if (!host || !port || Number(port) > 65_535) return Promise.resolve({ state: 'silent', message: `"${address}" is not host:port` });
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) });
    const timer = setTimeout(() => end('no answer in time'), timeoutMs);
    const end = (outcome: string | number) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(typeof outcome === 'number' && outcome > 0 ? { state: 'ready', brokers: outcome } : { state: 'silent', message: String(outcome || 'no broker serves yet') });
    };
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.once('close', () => end('it closed the connection'));
    socket.once('connect', () => socket.write(metadataRequest()));
    readAnswer(socket, (answer) => end(answer ? (readBrokers(answer) ?? 'it does not speak as Kafka does') : 'it does not speak as Kafka does'));
  });
}

/** Gathers one length-prefixed answer; undefined when its length makes no sense. */
function readAnswer(socket: Socket, done: (answer: Buffer | undefined) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    if (received.length < 4) return;
    const length = received.readInt32BE(0);
    if (length < 4 || length > LONGEST_ANSWER) done(undefined);
    else if (received.length >= 4 + length) done(received.subarray(4, 4 + length));
  });
}
