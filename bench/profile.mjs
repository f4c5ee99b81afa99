// Where a Node process spends its time: self time of a .cpuprofile, added up by the room the code lies in.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOMS = [
  ['dist/apps/api/src/http', 'api: http (keys, bodies)'],
  ['dist/apps/api', 'api: routes and commands'],
  ['dist/libs/consent', 'libs/consent (decide, evolve)'],
  ['dist/libs/ledger', 'libs/ledger (batches, rows)'],
  ['dist/libs/vault', 'libs/vault (sealing, look-up)'],
  ['dist/libs', 'other libs'],
  ['node_modules/canonicalize', 'canonicalize (RFC 8785)'],
  ['node_modules/pg', 'pg'],
  ['node_modules/@nestjs', 'Nest'],
  ['node_modules/class-', 'class-validator, class-transformer'],
  ['node_modules/ajv', 'Ajv'],
  ['node_modules/fastify', 'Fastify'],
  ['node_modules/find-my-way', 'Fastify'],
  ['node:internal/crypto', 'node:crypto'],
  ['node:crypto', 'node:crypto'],
  ['node:_http', 'node:http, streams, sockets'],
  ['node:net', 'node:http, streams, sockets'],
  ['node:internal/stream', 'node:http, streams, sockets'],
  ['node_modules', 'other packages'],
  ['node:', 'other Node'],
];

const FUNCTIONS = { '(garbage collector)': 'garbage collector', '(program)': 'native code', writev: 'node:http, streams, sockets', writeUtf8String: 'node:http, streams, sockets' };

function roomOf({ functionName, url }) {
  return FUNCTIONS[functionName] ?? ROOMS.find(([part]) => url.includes(part))?.[1] ?? 'other Node';
}

/** Share of the busy time by room, largest first. */
export function roomsOf(folder) {
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const rooms = new Map();
  let busy = 0;
  samples.forEach((id, at) => {
    const { callFrame } = byId.get(id);
    if (callFrame.functionName === '(idle)') return;
    busy += timeDeltas[at];
    const room = roomOf(callFrame);
    rooms.set(room, (rooms.get(room) ?? 0) + timeDeltas[at]);
  });
  return [...rooms].map(([room, time]) => [room, time / busy]).sort((one, other) => other[1] - one[1]);
}
