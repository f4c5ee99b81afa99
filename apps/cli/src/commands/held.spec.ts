import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { holdWithdrawal } from '#held';
import { changeConsent, holdersOf, uuidv7 } from '#ledger';
import { freshLedger, type FreshLedger } from '#testing';
import { normalise, subjectKeysOf, type Identifier } from '#vault';
import { heldCommand } from './held.js';

let fresh: FreshLedger;
let folder: string;
beforeAll(async () => {
  fresh = await freshLedger();
  folder = await mkdtemp(join(tmpdir(), 'samtycke-held-'));
  await writeFile(join(folder, 'keyring.json'), JSON.stringify(fresh.keyring));
  process.env.DATABASE_URL = fresh.url;
  process.env.SAMTYCKE_DATA = folder;
});
afterAll(async () => {
  delete process.env.DATABASE_URL;
  delete process.env.SAMTYCKE_DATA;
  await rm(folder, { recursive: true });
  await fresh.close();
});

let beside: string[] = [];
/** Runs the command as a shell would; gives what it prints, and lays what it says on stderr beside. */
async function samtycke(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const print = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  beside = [];
  const warn = jest.spyOn(console, 'error').mockImplementation((line: string) => void beside.push(line));
  const program = new Command().exitOverride();
  heldCommand(program);
  await program.parseAsync(args, { from: 'user' }).finally(() => (print.mockRestore(), warn.mockRestore()));
  return lines.join('\n');
}

let people = 0;
/** Somebody with the newsletter, for whom a withdrawal is held; gives the id of what is held. */
async function held(): Promise<{ id: string; status: () => Promise<string> }> {
  const email = normalise('email', `held.${(people += 1)}@example.se`) as Identifier;
  const purpose = fresh.catalogue.purposes.get('newsletter');
  if (!purpose) throw new Error('no purpose');
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const finder = { reader: fresh.reader, lookupKeys: fresh.lookupKeys };
  const prepare = async () => ({ request: uuidv7(), ...(await holdersOf(finder, { identifiers: [email] }, false)), wishes: [{ purpose, decision: 'grant' as const }], actor: { kind: 'system' as const, id: 'crm' }, notice, evidence: {} });
  const { person } = await changeConsent(fresh.ledger, prepare);
  const { pool, id: ledger, keyring, keys } = fresh;
  const actor = { kind: 'unverified' as const, id: 'website' };
  await holdWithdrawal({ pool, ledger, origin: keyring.origin, keys, subjectKeys: subjectKeysOf(keyring) }, { subject: { identifiers: [email] }, wishes: [{ purpose: 'newsletter', decision: 'withdraw' }], actor, evidence: {}, occurredAt: new Date().toISOString().replace('Z', '000Z') });
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM held_withdrawals ORDER BY held_at DESC LIMIT 1');
  const status = async () => (await pool.query<{ status: string }>('SELECT status FROM heads WHERE person = $1', [person])).rows[0]?.status ?? '';
  return { id: rows[0]?.id ?? '', status };
}

test('list shows what waits, when it takes effect and from which site; never whom it is about', async () => {
  const { id } = await held();
  const shown = await samtycke('held', 'list');
  expect(shown).toContain(id);
  expect(shown).toMatch(/website +newsletter .* waits/);
  expect(shown).not.toContain('example.se');
  expect(JSON.parse((await samtycke('held', 'list', '--json')).split('\n')[0] ?? '')).toMatchObject({ site: 'website', purposes: ['newsletter'], decided: null });
});

test('release makes one take effect, reject lets it never; what was decided cannot be decided again', async () => {
  const [one, other] = [await held(), await held()];
  expect(await samtycke('held', 'release', one.id)).toBe('1 released: they have taken effect.');
  expect(await samtycke('held', 'reject', other.id)).toBe('1 rejected: nothing was withdrawn.');
  expect([await one.status(), await other.status()]).toEqual(['withdrawn', 'given']);
  await expect(samtycke('held', 'reject', one.id)).rejects.toThrow(/waits/);
  await expect(samtycke('held', 'release', other.id)).rejects.toThrow(/waits/);
  const counts = await fresh.pool.query('SELECT source, what, count::int FROM notice_counts');
  expect(counts.rows).toEqual([{ source: 'website', what: 'withdrawn', count: 1 }]);
  const { rows } = await fresh.pool.query('SELECT decided_by FROM held_withdrawals WHERE id = $1', [one.id]);
  expect(rows[0]?.decided_by).toMatch(/^cli:/);
});

test('all that wait are decided together only when that is said', async () => {
  const some = [await held(), await held()];
  await expect(samtycke('held', 'reject')).rejects.toThrow(/--all/);
  expect(await samtycke('held', 'reject', '--all')).toMatch(/^\d+ rejected/);
  expect(await Promise.all(some.map((one) => one.status()))).toEqual(['given', 'given']);
  expect((await samtycke('held', 'list', '--json'))).toBe('');
});

test('list leaves none out, however many an attack made, and says how many they are beside the table', async () => {
  await held();
  const { rows } = await fresh.pool.query<{ name: string }>(`SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'held_withdrawals' AND column_name NOT IN ('id', 'lookup') ORDER BY ordinal_position`);
  const columns = rows.map(({ name }) => name).join(', ');
  const MANY = 130_000;
  await fresh.pool.query(`INSERT INTO held_withdrawals (id, lookup, ${columns}) SELECT gen_random_uuid(), sha256(n::text::bytea), ${columns} FROM (SELECT * FROM held_withdrawals WHERE done_at IS NULL AND decided IS NULL LIMIT 1) one, generate_series(2, ${MANY}) n`);
  for (const [args, lines] of [[[], MANY + 1], [['--json'], MANY]] as const) {
    expect((await samtycke('held', 'list', ...args)).split('\n')).toHaveLength(lines);
    expect(beside).toEqual(['130,000 held withdrawals']);
  }
}, 60_000);
