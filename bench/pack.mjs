// How long an evidence pack takes: `node scripts/build.mjs && node bench/pack.mjs [events] [events of others]`. A PostgreSQL and a
// log of its own, one person's events among those of others, a checkpoint after each twentieth of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url));
const [{ startPostgres }, { freshLedger }, { changeConsent, newHolderId, uuidv7 }, { Lease, sequencePage }, { LogFolder }, packs, { unpackPack }, { verifyPack }, { checkEd25519, sha256 }, { CheckpointWriter }] = await Promise.all(
  ['libs/servers', 'libs/testing', 'libs/ledger', 'libs/outbox', 'libs/log-folder', 'libs/evidence-pack', 'libs/pack-file', 'libs/proof', 'libs/vault'].map((lib) => built(`${lib}/src/index.js`)).concat(built('apps/relay/src/log/checkpoint-writer.js')),
);

const LIMIT_MS = 2_000;
const [wanted, others] = [Number(process.argv[2] ?? 1_000), Number(process.argv[3] ?? 20_000)];
const folder = await mkdtemp(join(tmpdir(), 'samtycke-pack-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres') });
process.env.TEST_DATABASE_URL = server.address;

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function timed(name, work) {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${name}: ${Math.round(performance.now() - started)} ms, ${Math.round((user + system) / 1_000)} ms of processor`);
  return result;
}

try {
  const fresh = await freshLedger();
  const { pool, id: ledger, keyring, keys } = fresh;
  const logFolder = new LogFolder(join(folder, 'log'));
  const fencing = (await new Lease(pool, ledger, 'relay', newHolderId()).take()).fencing;
  const writer = new CheckpointWriter({ pool, ledger, keyring, folder: logFolder, clock: Date.now });
  const publish = async () => {
    while ((await sequencePage(pool, ledger, fencing)) > 0);
    await writer.step({ fencing, leads: () => true });
  };
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const purpose = fresh.catalogue.purposes.get('newsletter');
  const decide = (person, decision) =>
    changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'bench' }, notice, capture: { method: 'form' }, evidence: { ip: '192.0.2.0/24' } }));
  const person = newHolderId();
  for (let at = 0; at < wanted; at += 1) {
    await Promise.all([decide(person, at % 2 === 0 ? 'grant' : 'withdraw'), ...Array.from({ length: Math.round(others / wanted) }, () => decide(newHolderId(), 'grant'))]);
    if (at % 20 === 19 || at === wanted - 1) await publish();
  }
  const source = { pool, ledger, origin: keyring.origin, keys, folder: logFolder, signing: { at: async () => [keyring.log] } };
  const make = async (open) => collect(packs.streamPack(await packs.preparePack(source, { person, open })));
  await timed('first pack of this process', () => make([]));
  const pack = await timed(`pack of ${wanted} events (limit ${LIMIT_MS} ms)`, () => make([]));
  await timed('the same with all evidence opened', () => make('all'));
  const trust = { key: keyring.log.verifier, cosigner: keyring.cosigner.verifier };
  const report = await timed('verified', async () => verifyPack(unpackPack(pack), trust, { sha256, check: checkEd25519 }));
  console.log(`${pack.length} bytes, ${report.statement.size} events in the log, everything holds: ${report.holds}`);
  await fresh.close();
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
