import { unzipSync } from 'fflate';
import { newHolderId } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease, sequencePage } from '#outbox';
import type { PackFiles, Primitives, Trust } from '#proof';
import { checkEd25519, sha256, type Keyring } from '#vault';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

export const WHY = { 'samtycke-reason': 'case 4711' };
export const primitives: Primitives = { sha256, check: checkEd25519 };

/** A running api, and the part of the relay that indexes events and signs checkpoints, by hand. */
export interface PackWorld {
  api: TestApi;
  trust: Trust;
  /** Gives every event its index and signs one checkpoint over them. */
  publish(): Promise<void>;
  /** A consent of somebody new; resolves to the person. */
  given(subject?: object): Promise<string>;
  decide(person: string, decision: string): Promise<void>;
  /** The pack's bytes as the api sends them. */
  fetchPack(person: string, query?: string): Promise<Buffer>;
  filesOf(person: string, query?: string): Promise<Map<string, Uint8Array>>;
  close(): Promise<void>;
}

export const unpack = (zip: Uint8Array): Map<string, Uint8Array> => new Map(Object.entries(unzipSync(zip)));
export const textIn = (files: PackFiles, name: string): string => Buffer.from(files.get(name) ?? []).toString('utf8');

/** `keyringOf`: where api and relay have their keyring from, such as a file; `clock`: of the relay that signs. */
export async function packWorld({ keyringOf = (ring) => ring, clock = Date.now }: { keyringOf?: (ring: Keyring) => Keyring; clock?: () => number } = {}): Promise<PackWorld> {
  const api = await testApi({ keyringOf });
  const { pool, id, keyring } = api.fresh;
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  const writer = new CheckpointWriter({ pool, ledger: id, keyring: keyringOf(keyring), folder: new LogFolder(api.logDir), clock });
  const fetchPack = async (person: string, query = ''): Promise<Buffer> =>
    (await api.get(`/v1/people/${person}/proof${query}`, api.keys['audit:read'], WHY).responseType('blob').expect(200)).body as Buffer;
  return {
    api,
    trust: { key: keyring.log.verifier, cosigner: keyring.cosigner?.verifier },
    async publish() {
      while ((await sequencePage(pool, id, fencing)).length > 0);
      await writer.step({ fencing, leads: () => true });
    },
    async given(subject = someone()) {
      const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
      return body.person as string;
    },
    async decide(person, decision) {
      const notice = decision === 'grant' ? { notice: NEWSLETTER.notice } : {};
      await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision }], ...notice }, api.keys['consents:write']).expect(201);
    },
    fetchPack,
    filesOf: async (person, query) => unpack(await fetchPack(person, query)),
    close: () => api.close(),
  };
}
