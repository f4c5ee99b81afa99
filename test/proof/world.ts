import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { AUDIT_SETTINGS, checkEvents, checkEvidence, checkKeysAndOutbox, checkLeaves, checkTexts, NamedTexts, readWitnesses, readWorld, say, type Problem } from '#audit';
import type { Decision } from '#contracts';
import { createPool } from '#database';
import { changeConsent, lookUp, newHolderId, personCall, streamsOf, uuidv7, wholePerson, type Change, type Holder } from '#ledger';
import { decideFact, personAfter } from '#consent';
import { LogFolder } from '#log-folder';
import { Lease, sequencePage } from '#outbox';
import { freshLedger, type FreshLedger } from '#testing';
import { cosignedAt, parseVerifier } from '#proof';
import { checkEd25519, lookupOf, sha256 } from '#vault';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';
import { LogCheck, openSigned } from '../../apps/cli/src/log/check-log.js';

/** A ledger with its log, small enough to be audited whole after every attack. */
export interface ProofWorld {
  fresh: FreshLedger;
  /** Connections of the superuser, with every trigger off. */
  attacker: Pool;
  folder: LogFolder;
  root: string;
  /** Decisions of somebody new, or of one who is known; resolves to the person. */
  decide(decisions: Decision[], options?: { person?: string; email?: string; evidence?: Change['evidence'] }): Promise<string>;
  /** Somebody who says yes and no to single channels, also to one that is not used. */
  parts(): Promise<string>;
  /** A device that accepts statistics: a consent that ends by itself. */
  accept(): Promise<string>;
  /** Nobody: granted, withdrawn, and granted again. */
  canary(kind: 'person' | 'device'): Promise<string>;
  /** Somebody who complained, and was erased before anybody answered; or with `answered` after it. */
  complain(options?: { answered?: boolean }): Promise<string>;
  restrict(person: string): Promise<void>;
  erase(person: string): Promise<void>;
  /** Gives indices to all that waits, and signs a checkpoint. */
  publish(): Promise<void>;
  /** Everything that does not hold, in the words of the command line; of the database, or of the log's folder too. */
  audit(parts?: { evidence?: boolean; folder?: boolean; kept?: string }): Promise<string[]>;
  close(): Promise<void>;
}

const cosignerOf = ({ keyring }: FreshLedger): string => keyring.cosigner?.verifier ?? '';

/** The holder behind an address, new or known. */
async function holderBehind({ reader, lookupKeys, keyring }: FreshLedger, person: string, email: string): Promise<Holder> {
  const identifier = { kind: 'email' as const, value: email };
  const { found } = await lookUp(reader.identifiers, lookupKeys, identifier);
  if (found) return { person: found.person, kind: 'person', via: { kind: 'email', id: found.id } };
  const id = newHolderId();
  const lookup = lookupOf(keyring.lookup.map((key) => Buffer.from(key, 'base64')), identifier);
  return { person, kind: 'person', via: { kind: 'email', id }, claims: [{ lookup, phase: 2, id, ...identifier }] };
}

/** What does not hold in the log's folder: the cosignature of its checkpoint, and all else where `whole`. */
async function wrongFiles(fresh: FreshLedger, folder: LogFolder, opened: ReturnType<typeof openSigned>, whole: boolean): Promise<string[]> {
  const cosigned = cosignedAt(opened.note, parseVerifier(sha256, cosignerOf(fresh)), checkEd25519) !== undefined;
  const source = { checkpoint: () => folder.checkpoint(), tile: folder.tile.bind(folder) };
  const findings = whole ? await new LogCheck({ source, checkpoint: opened, entries: true }).run().catch((error: Error) => [{ holds: false, text: error.message }]) : [];
  return [...(cosigned ? [] : ['the operator has not cosigned the newest checkpoint']), ...findings.filter(({ holds }) => !holds).map(({ text }) => text)];
}

const CAPTURE = { context: 'newsletter-signup', method: 'form', point: 'site-footer' };
const EVIDENCE = { address: '192.0.2.17', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };

export async function proofWorld(): Promise<ProofWorld> {
  const fresh = await freshLedger();
  const { pool, id: ledger, keyring, catalogue } = fresh;
  const root = await mkdtemp(join(tmpdir(), 'samtycke-proof-'));
  const folder = new LogFolder(root);
  const attacker = createPool({ url: fresh.url, name: 'attacker', max: 2, settings: { session_replication_role: 'replica' } });
  const auditor = createPool({ url: fresh.url, name: 'auditor', max: 4, settings: AUDIT_SETTINGS });
  const purposes = [...catalogue.purposes.values()].filter(({ holder }) => holder === 'person');
  const newsletter = catalogue.purposes.get('newsletter');
  const marketing = catalogue.purposes.get('electronic-marketing');
  const notice = catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const [statistics, cookies] = [catalogue.purposes.get('statistics'), catalogue.notices.get('cookies\n1.3\nsv')];
  if (!newsletter || !marketing || !notice || !statistics) throw new Error('the catalogue lacks the newsletter');
  const lead = async (): Promise<string> => {
    for (;;) {
      const taken = await new Lease(pool, ledger, 'relay', newHolderId()).take();
      if (taken) return taken.fencing;
      await pool.query(`UPDATE leases SET expires_at = '-infinity' WHERE role = 'relay'`);
    }
  };
  const fact = async (person: string, made: Parameters<typeof decideFact>[0]): Promise<void> => {
    await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'operator', id: 'test' }, purposes, decide: (view) => decideFact(made, view.person, streamsOf(view, purposes), view.recordedAt) }));
  };
  return {
    fresh,
    attacker,
    folder,
    root,
    async decide(decisions, { person = newHolderId(), email, evidence = EVIDENCE } = {}) {
      const holder = email === undefined ? { person, kind: 'person' as const } : await holderBehind(fresh, person, email);
      for (const [at, decision] of decisions.entries()) {
        await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [at === 0 ? holder : { ...holder, claims: undefined }], wishes: [{ purpose: newsletter, decision }], actor: { kind: 'system', id: 'crm' }, notice, capture: CAPTURE, evidence }));
      }
      return holder.person;
    },
    async parts() {
      const holder = await holderBehind(fresh, newHolderId(), `${uuidv7()}@example.test`);
      const said: [Decision, string[]?][] = [['grant', ['app', 'sms']], ['withdraw', ['sms']], ['grant', ['app', 'sms']], ['withdraw'], ['grant', ['sms']], ['withdraw', ['app']]];
      for (const [at, [decision, channels]] of said.entries()) {
        await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [at === 0 ? holder : { ...holder, claims: undefined }], wishes: [{ purpose: marketing, decision, channels }], actor: { kind: 'system', id: 'crm' }, notice, capture: CAPTURE, evidence: EVIDENCE }));
      }
      return holder.person;
    },
    async accept() {
      const device = newHolderId();
      await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [], device: { person: device, kind: 'device' }, wishes: [{ purpose: statistics, decision: 'grant' }], actor: { kind: 'system', id: 'website' }, notice: cookies, evidence: EVIDENCE }));
      return device;
    },
    async canary(kind) {
      const holder = { person: newHolderId(), kind };
      const whose = kind === 'person' ? { people: [holder], notice } : { people: [], device: holder, notice: cookies };
      const purpose = kind === 'person' ? newsletter : statistics;
      for (const decision of ['grant', 'withdraw', 'grant'] as const) await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), ...whose, wishes: [{ purpose, decision }], actor: { kind: 'ledger', id: 'canary' }, capture: { method: 'canary' }, evidence: {} }));
      return holder.person;
    },
    async complain({ answered = false } = {}) {
      const person = newHolderId();
      const write = (type: 'right-requested' | 'right-closed', more: { fact: object; causes?: string[] }) =>
        fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'operator', id: 'test' }, purposes, decide: (view) => [wholePerson({ type, occurredAt: view.recordedAt, ...more, fact: { right: 'complaint', ...more.fact }, after: personAfter(view.person) })] }));
      const [asked] = await write('right-requested', { fact: { due: '2031-01-01T00:00:00.000000Z' } });
      if (answered) await write('right-closed', { fact: { outcome: 'answered' }, causes: [asked?.event ?? ''] });
      await fact(person, { kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [] });
      return person;
    },
    restrict: (person) => fact(person, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a' }),
    erase: (person) => fact(person, { kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [] }),
    async publish() {
      const fencing = await lead();
      while ((await sequencePage(pool, ledger, fencing)).length > 0);
      await new CheckpointWriter({ pool, ledger, keyring, folder, clock: Date.now }).step({ fencing, leads: () => true });
    },
    async audit({ evidence = true, folder: files = true, kept } = {}) {
      const problems: Problem[] = [];
      const sink = { problem: (problem: Problem) => void problems.push(problem), late: () => undefined, page: () => undefined };
      const world = await readWorld(auditor, ledger, keyring.origin);
      const key = keyring.log.verifier;
      const opened = openSigned((await folder.checkpoint()) ?? '', key);
      const outside = { checkpoint: { size: opened.size, root: opened.root, where: 'the newest checkpoint outside' }, tile: folder.tile.bind(folder) };
      const others = [outside.checkpoint, ...(kept === undefined ? [] : [{ ...openSigned(kept, key), where: 'the checkpoint that was kept' }])];
      await checkEvents({ pool: auditor, ledger, world, texts: new NamedTexts(auditor, ledger) }, sink);
      problems.push(...(await checkKeysAndOutbox(auditor, ledger)), ...(await checkTexts(auditor, ledger)));
      await checkLeaves({ pool: auditor, ledger, outside, witnesses: (from) => readWitnesses({ pool: auditor, ledger, key, cosigner: cosignerOf(fresh), others, ...sink }, from) }, sink);
      if (evidence) await checkEvidence({ pool: auditor, ledger, origin: keyring.origin, keys: fresh.keys }, sink);
      return [...problems.map(say), ...(await wrongFiles(fresh, folder, opened, files))];
    },
    async close() {
      await attacker.end();
      await auditor.end();
      await fresh.close();
      await rm(root, { recursive: true });
    },
  };
}
