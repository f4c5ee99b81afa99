import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { LogFolder } from '#log-folder';
import { Checkpoints } from '#outbox';
import { MerkleTree, nodesInTiles, openCheckpoint, parseVerifier, verifyConsistency, type Checkpoint } from '#proof';
import { freshLedger, until, type FreshLedger } from '#testing';
import { checkEd25519, sha256 } from '#vault';

const KILLS = 50;
/** A relay is killed at a moment of its own within so many milliseconds after what it was to reach. */
const WITHIN_MS = 320;
/** Nobody listens there: the sequencer goes on without Kafka. */
const NO_KAFKA = '127.0.0.1:9';
const PEOPLE = 40;
/** Each round is a change by every person of one group: given, and withdrawn in the next turn. */
const GROUPS = 4;
/** One leads, the others stand by. */
const RELAYS = 3;

let fresh: FreshLedger;
let dataDir: string;
const folder = (): LogFolder => new LogFolder(join(dataDir, 'transparency-log'));
beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--quiet']);
  fresh = await freshLedger();
  dataDir = mkdtempSync(join(tmpdir(), 'samtycke-kills-'));
  writeFileSync(join(dataDir, 'keyring.json'), JSON.stringify(fresh.keyring), { mode: 0o600 });
}, 60_000);
afterAll(async () => {
  await fresh.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Relay {
  child: ChildProcess;
  leads: boolean;
}

/** Relays as processes of their own: one leads, the others stand by. */
class Relays {
  private readonly running = new Set<Relay>();

  start(): void {
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: fresh.url, KAFKA_BROKERS: NO_KAFKA, KAFKA_CREATE_TOPICS: 'false', SAMTYCKE_DATA: dataDir, LOG_LEVEL: 'info' };
    const child = spawn(process.execPath, ['dist/apps/relay/src/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const relay: Relay = { child, leads: false };
    this.running.add(relay);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { leads } = JSON.parse(line) as { leads?: boolean };
      if (leads !== undefined) relay.leads = leads;
    });
  }

  leader(): Promise<Relay> {
    return until(() => [...this.running].find(({ leads }) => leads), { timeoutMs: 30_000, everyMs: 5, what: 'a relay that leads' });
  }

  /** Kills it without warning, and resolves when it is gone. */
  async kill(relay: Relay): Promise<void> {
    this.running.delete(relay);
    const gone = new Promise((resolve) => relay.child.once('exit', resolve));
    process.kill(relay.child.pid ?? -1, 'SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    for (const relay of [...this.running]) await this.kill(relay);
  }
}

/** Changes by a few people, without pause, until `over`. */
async function load(over: AbortSignal): Promise<void> {
  const purpose = fresh.catalogue.purposes.get('newsletter');
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  if (!purpose || !notice) throw new Error('the catalogue lacks the newsletter');
  const people = Array.from({ length: PEOPLE }, newHolderId);
  for (let round = 0; !over.aborted; round += 1) {
    const decision = Math.floor(round / GROUPS) % 2 === 0 ? 'grant' : 'withdraw';
    const some = people.filter((_, at) => at % GROUPS === round % GROUPS);
    await Promise.all(some.map((person) => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm' }, notice, evidence: {} }))));
    await sleep(30);
  }
}

const numberOf = async (text: string): Promise<number> => Number((await fresh.pool.query<{ n: string }>(text)).rows[0]?.n);
const open = (note: string): Checkpoint => openCheckpoint(note, parseVerifier(sha256, fresh.keyring.log.verifier), checkEd25519);

const seen = new Map<string, Checkpoint>();
async function look(): Promise<void> {
  const note = await folder().checkpoint();
  if (note !== undefined) seen.set(note, open(note));
}

const given = (): Promise<number> => numberOf('SELECT coalesce(max(idx), -1) + 1 AS n FROM leaves');

/** What a relay has come to before it is killed, in turn: it leads, it has given indices, it has published a checkpoint. */
const REACHED: ((leaves: number, size: number) => Promise<boolean>)[] = [
  async () => true,
  async (leaves) => (await given()) > leaves,
  async (_, size) => (await folder().size()) > size,
];

/** Kills one leader after the other, each at a moment of its own in its work; gives how long it took each time until another one led. */
async function killAll(relays: Relays): Promise<number[]> {
  const takeovers: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const [leaves, size] = [await given(), await folder().size()];
    const leader = await relays.leader();
    await until(() => REACHED[kill % REACHED.length]?.(leaves, size), { timeoutMs: 60_000, everyMs: 5, what: 'the leader at work' });
    await sleep((kill * 67) % WITHIN_MS);
    await look();
    const killedAt = performance.now();
    await relays.kill(leader);
    await relays.leader();
    takeovers.push(performance.now() - killedAt);
    relays.start();
  }
  return takeovers.sort((a, b) => a - b);
}

test(`a sequencer that is killed ${KILLS} times in its work gives every event one index, without a gap, and contradicts no checkpoint that was ever seen`, async () => {
  const relays = new Relays();
  const over = new AbortController();
  for (let at = 0; at < RELAYS; at += 1) relays.start();
  const loading = load(over.signal);
  try {
    const takeovers = await killAll(relays).finally(() => over.abort());
    await loading;
    const middle = takeovers[KILLS / 2] ?? Infinity;
    process.stdout.write(`another relay led ${Math.round(middle)} ms after a kill -9 in the median, ${Math.round(takeovers.at(-1) ?? Infinity)} at most\n`);
    // A machine that is busy otherwise delays some of them.
    expect(middle).toBeLessThan(2_000);
    const events = await numberOf('SELECT count(*) AS n FROM events');
    await until(async () => (await folder().size()) === events, { timeoutMs: 60_000, what: 'a checkpoint over all events' });
  } finally {
    await relays.end();
  }
  await look();
  const events = await numberOf('SELECT count(*) AS n FROM events');
  expect(await numberOf('SELECT count(*) AS n FROM outbox')).toBe(0);
  const { rows } = await fresh.pool.query(`SELECT count(*)::int AS leaves, count(DISTINCT (l.person, l.seq))::int AS events, min(idx)::int AS first, max(idx)::int AS last,
    count(*) FILTER (WHERE l.hash = sha256('\\x00'::bytea || e.bytes) AND l.event = e.event)::int AS true FROM leaves l LEFT JOIN events e USING (ledger, person, seq)`);
  expect(rows).toEqual([{ leaves: events, events, first: 0, last: events - 1, true: events }]);
  expect(await numberOf('SELECT count(*) AS n FROM (SELECT seq, lag(seq) OVER (PARTITION BY ledger, person ORDER BY idx) AS before FROM leaves) AS l WHERE seq <> coalesce(before, 0) + 1')).toBe(0);

  const second = open((await folder().checkpoint()) ?? '');
  const tree = new MerkleTree(sha256, nodesInTiles(sha256, events, async (tile) => (await folder().tile(tile)) ?? Buffer.of()));
  const kept = await new Checkpoints(fresh.pool, fresh.id).between(0, events, 10_000);
  for (const { note } of kept) seen.set(note, open(note));
  expect(seen.size).toBe(kept.length);
  expect(seen.size).toBeGreaterThanOrEqual(Math.floor(KILLS / REACHED.length));
  for (const first of seen.values()) expect(verifyConsistency(sha256, { first, second, proof: await tree.consistency(first.size, events) })).toBe(true);
}, 300_000);
