// A load generator on bare sockets, in its own process: keep-alive connections, one request in flight on each. It speaks
// just enough HTTP/1.1 for our own answers, so that the machine's time goes to what is measured.
import { connect } from 'node:net';

/** One connection: `send` writes a request, `answered` gets status, milliseconds and body of its answer; one in flight. */
export function open({ host = '127.0.0.1', port }, { ready, answered, failed, closed = () => undefined }) {
  const socket = connect({ host, port, noDelay: true });
  let started = 0;
  let buffered = '';
  socket.setEncoding('latin1');
  socket.on('connect', ready);
  socket.on('error', failed);
  socket.on('close', closed);
  socket.on('data', (chunk) => {
    buffered += chunk;
    const head = buffered.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /content-length: (\d+)/i.exec(buffered.slice(0, head));
    if (!length || buffered.length < head + 4 + Number(length[1])) return;
    const [status, body] = [Number(buffered.slice(9, 12)), buffered.slice(head + 4)];
    buffered = '';
    answered(status, performance.now() - started, body);
  });
  return {
    send(request) {
      started = performance.now();
      socket.write(request);
    },
    end: () => socket.end(),
  };
}

/** One connection that sends what `next` gives and tells `done` the status and the milliseconds of each answer. */
function drive(address, next, done, failed) {
  return new Promise((closed) => {
    const send = () => {
      const request = next();
      if (request === undefined) connection.end();
      else connection.send(request);
    };
    const answered = (status, ms) => {
      done(status, ms);
      send();
    };
    const connection = open(address, { ready: send, answered, failed, closed });
  });
}

export function post(path, key, body, agent = 'Mozilla/5.0 (X11; Linux x86_64) bench') {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${agent}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

/** Runs for `seconds` (or until `next` has no more) and tells rate, statuses and latencies (ms) after `warmUp` seconds. */
export async function load({ host = '127.0.0.1', port, connections = 64, seconds = Infinity, warmUp = 0, next }) {
  const begin = performance.now();
  const until = begin + (warmUp + seconds) * 1000;
  const countFrom = begin + warmUp * 1000;
  const statuses = {};
  const times = [];
  let errors = 0;
  const source = () => (performance.now() < until ? next() : undefined);
  const done = (status, ms) => {
    if (performance.now() < countFrom) return;
    statuses[status] = (statuses[status] ?? 0) + 1;
    times.push(ms);
  };
  await Promise.all(Array.from({ length: connections }, () => drive({ host, port }, source, done, () => (errors += 1))));
  const spent = (performance.now() - countFrom) / 1000;
  times.sort((one, other) => one - other);
  return { perSecond: times.length / spent, seconds: spent, statuses, errors, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
