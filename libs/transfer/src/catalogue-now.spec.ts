import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadCatalogue, type Catalogue } from '#catalogue';
import { findPeople, nowMicros, timeText } from '#ledger';
import { loadCatalogueInto } from '#setup';
import { freshLedger, nextVersion, until, type FreshLedger } from '#testing';
import { emptyTally } from './checkpoint.js';
import { importRows, type Step } from './import-rows.js';
import type { RawRow } from './read-rows.js';
import { OwnWork } from './row-work.js';

let fresh: FreshLedger;
let folder: string;
beforeAll(async () => {
  fresh = await freshLedger();
  folder = mkdtempSync(join(tmpdir(), 'samtycke-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fresh.close();
});

const SHOWN = { 'notice.version': '1.3', 'notice.locale': 'sv', 'capture.method': 'form', occurredAt: '2024-03-05T10:00:00Z' };
const rowOf = (row: number, email: string, said: Record<string, string>): RawRow => ({ row, line: row + 1, bytes: 0, cells: { email, ...SHOWN, ...said } });

/** Imports a row, then another one once `between` is through: a file that takes as long as that. */
async function imported(first: RawRow, between: () => Promise<void>, second: RawRow): Promise<Step & { report: string }> {
  const work = new OwnWork({ pool: fresh.pool, ledger: fresh.id, keyring: fresh.keyring }, { identity: Buffer.alloc(32, first.row), mapping: {}, catalogue: fresh.catalogue, system: 'old-crm', mayLink: false, dryRun: false });
  async function* rows(): AsyncGenerator<RawRow> {
    yield first;
    await between();
    yield second;
  }
  const reportPath = join(folder, `${first.row}.csv`);
  const step = await importRows({ rows: rows(), work, from: { ...emptyTally(), done: first.row, reserved: first.row, finished: false }, reportPath }).finally(() => work.close());
  return { ...step, report: readFileSync(reportPath, 'utf8') };
}

const stateOf = async (email: string, purpose: string) => {
  const [holder] = await findPeople({ reader: fresh.reader, lookupKeys: fresh.lookupKeys }, { identifiers: [{ kind: 'email', value: email }] });
  return holder && fresh.reader.heads.load({ person: holder.person, purpose });
};

/** Loads a catalogue, and comes back once it has counted for longer than an import may go by an older one. */
async function inForce(next: (from: string) => Catalogue): Promise<void> {
  const from = timeText(nowMicros() + 1_500_000);
  await loadCatalogueInto(fresh.options, next(from), { leadMs: 0 });
  await until(() => timeText(nowMicros()) > from);
}

test('under a text whose place another one takes while an import goes on, no row behind that day is granted', async () => {
  const said = { purpose: 'newsletter', decision: 'grant', 'notice.id': 'newsletter-signup' };
  const change = () => inForce((from) => nextVersion(loadCatalogue(), 'newsletter-signup', '1.4', { change: 'material', from }));
  const { tally, report } = await imported(rowOf(0, 'before@example.se', said), change, rowOf(1, 'behind@example.se', said));
  expect(tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 1 });
  expect(report).toMatch(/\n2,notice_unknown,/);
  expect(await stateOf('before@example.se', 'newsletter')).toMatchObject({ status: 'given' });
  expect(await stateOf('behind@example.se', 'newsletter')).toBeUndefined();
});

test('a purpose that is archived while an import goes on takes no further grant, and every withdrawal', async () => {
  const said = { purpose: 'market-research', decision: 'grant' };
  const archive = () => inForce((from) => ({ ...nextVersion(loadCatalogue(), 'newsletter-signup', '1.4', { change: 'material', from }), purposeStates: { 'market-research': 'archived' } }));
  const shown = [...fresh.catalogue.notices.values()].find(({ id, purposes, locale }) => purposes.has('market-research') && id !== 'newsletter-signup' && locale === 'sv');
  const notice = { 'notice.id': shown?.id ?? '', 'notice.version': shown?.version ?? '' };
  const { tally, report } = await imported(rowOf(10, 'given@example.se', { ...said, ...notice }), archive, rowOf(11, 'late@example.se', { ...said, ...notice }));
  expect(tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 1 });
  expect(report).toMatch(/\n12,purpose_not_active,/);
  const withdrawal = rowOf(20, 'given@example.se', { ...said, decision: 'withdraw', occurredAt: '2024-04-05T10:00:00Z' });
  expect((await imported(withdrawal, async () => undefined, rowOf(21, 'late@example.se', { ...said, decision: 'withdraw' }))).tally.applied).toBe(2);
});
