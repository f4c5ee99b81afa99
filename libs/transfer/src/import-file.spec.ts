import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { After, LedgerEvent } from '#contracts';
import { DatabaseBehind, eraseHeld, lookUp, uuidv7 } from '#ledger';
import { freshLedger, type FreshLedger } from '#testing';
import { normalise, openEvidence, subjectKeysOf, suppressionKeysOf } from '#vault';
import { importFile, type ImportFile, type ImportResult } from './import-file.js';

let fresh: FreshLedger;
let folder: string;
let files = 0;
beforeAll(async () => {
  fresh = await freshLedger();
  folder = mkdtempSync(join(tmpdir(), 'samtycke-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fresh.close();
});

const HEADER = 'email,purpose,decision,occurredAt,channels,notice.id,notice.version,notice.locale,capture.method';
const NOTICE = 'newsletter-signup,1.3,sv,form';
const grant = (email: string, at: string): string => `${email},newsletter,grant,${at},email,${NOTICE}`;
const withdraw = (email: string, at: string): string => `${email},newsletter,withdraw,${at},,,,,`;
const someone = (): string => `import.${(files += 1)}@example.se`;

function fileOf(lines: string[], name = 'csv'): string {
  const path = join(folder, `${(files += 1)}.${name}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
const run = (path: string, more: Partial<ImportFile> = {}, mayWrite?: () => Promise<void>): Promise<ImportResult> =>
  importFile({ pool: fresh.pool, ledger: fresh.id, keyring: fresh.keyring, mayWrite }, { path, mapping: {}, system: 'old-crm', by: 'a test', reportPath: `${path}.refused.csv`, ...more });
const reportOf = (path: string): string => readFileSync(`${path}.refused.csv`, 'utf8');

async function personOf(email: string): Promise<string | undefined> {
  const identifier = normalise('email', email);
  if (!identifier) throw new Error('no address');
  return (await lookUp(fresh.reader.identifiers, fresh.lookupKeys, identifier)).found?.person;
}
async function eventsOf(email: string): Promise<LedgerEvent[]> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq', [fresh.id, await personOf(email)]);
  return rows.map((row) => JSON.parse(row.bytes.toString('utf8')) as LedgerEvent);
}
const stateOf = async (email: string) => fresh.reader.heads.load({ person: (await personOf(email)) ?? '', purpose: 'newsletter' });
const allEvents = async (): Promise<number> => Number((await fresh.pool.query<{ n: string }>('SELECT count(*) AS n FROM events')).rows[0]?.n);

/** The last word on the whole person, as another part of the ledger writes it. */
async function standing(email: string, type: 'person-erased' | 'preferences-changed', after: After): Promise<void> {
  const person = (await personOf(email)) ?? '';
  await fresh.ledger.append({
    request: uuidv7(),
    units: [{ holder: { person, kind: 'person' }, purposes: [], facts: ['~person'], actor: { kind: 'operator', id: 'o' }, evidence: {}, decide: ({ recordedAt }) => [{ purpose: '~person', draft: { type, occurredAt: recordedAt, after } }] }],
    answer: () => undefined,
  });
}

describe('a database that lacks what was signed, as a standby may that took over', () => {
  const rows = (): string => fileOf([HEADER, ...Array.from({ length: 3 }, () => grant(someone(), '2026-03-01T10:00:00Z'))]);

  test('is written no row, and hears of none as settled; the import goes on once it has caught up', async () => {
    const path = rows();
    const before = await allEvents();
    let behind = false;
    const mayWrite = async (): Promise<void> => {
      if (behind) throw new DatabaseBehind('it lacks what was signed');
    };
    await expect(run(path, { segment: 1, onStep: () => (behind = true) }, mayWrite)).rejects.toThrow(DatabaseBehind);
    const noted = (await fresh.pool.query<{ done: string }>('SELECT done FROM imports ORDER BY started_at DESC LIMIT 1')).rows[0]?.done;
    expect([noted, await allEvents()]).toEqual(['0', before + 1]);
    behind = false;
    expect((await run(path, { segment: 1 }, mayWrite)).tally).toMatchObject({ applied: 3, refused: 0 });
    expect(await allEvents()).toBe(before + 3);
  });

  test('is asked about before each row is written, which waits until it has caught up', async () => {
    const path = rows();
    const asked: boolean[] = [];
    const mayWrite = async (): Promise<void> => {
      // The import has begun by the second time: what follows are rows.
      asked.push(asked.length < 2 || asked.length > 4);
      if (asked.at(-1) === false) throw new DatabaseBehind('it lacks what was signed');
    };
    expect((await run(path, {}, mayWrite)).tally).toMatchObject({ applied: 3, refused: 0 });
    expect(asked.filter((one) => !one)).toHaveLength(3);
  });
});

describe('a row', () => {
  test('becomes an event with its own time, notice, capture and sealed evidence; the actor is the system that was named', async () => {
    const email = someone();
    const path = fileOf([`${HEADER},evidence.text,capture.url`, `${grant(` ${email.toUpperCase()} `, '2024-03-05 11:00:00+01:00')},form 4711,https://www.example.se/`]);
    expect((await run(path)).tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 0 });
    const [event] = await eventsOf(email);
    expect(event).toMatchObject({ type: 'consent-granted', occurredAt: '2024-03-05T10:00:00.000000Z', notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { method: 'form' } });
    expect(event?.actor).toEqual({ kind: 'system', id: 'old-crm' });
    expect(event?.via).toBe('email');
    const sealed = await fresh.pool.query<{ kinds: string; sealed: Buffer; master: string; wrapped: Buffer }>('SELECT kinds, sealed, master, wrapped FROM evidence e JOIN person_keys k USING (ledger, person) WHERE event = $1', [event?.event]);
    const { kinds = '', sealed: bytes = Buffer.alloc(0), ...stored } = sealed.rows[0] ?? { master: '', wrapped: Buffer.alloc(0) };
    const items = openEvidence(fresh.keys.unwrap(event?.person ?? '', stored), { ledger: fresh.keyring.origin, person: event?.person ?? '', event: event?.event ?? '' }, kinds, bytes);
    expect(Object.fromEntries(items.map((one) => [one.kind, one.item.toString()]))).toEqual({ identifier: email, text: 'form 4711', url: 'https://www.example.se/' });
  });

  test('that withdraws carries the reason import, needs no notice, and keeps what is unknown as evidence', async () => {
    const email = someone();
    await run(fileOf([HEADER, grant(email, '2024-03-05T10:00:00Z'), `${email},newsletter,withdraw,2024-04-05T10:00:00Z,,old-notice,7,sv,form`]));
    const events = await eventsOf(email);
    expect(events.map((event) => [event.type, event.reason])).toEqual([['consent-granted', undefined], ['consent-withdrawn', 'import']]);
    expect(events[1]?.notice).toBeUndefined();
    expect(Object.keys(events[1]?.evidence ?? {})).toContain('text');
  });

  test('about several names of one person makes one person, with all of them', async () => {
    const email = someone();
    const customer = `K${files}`;
    const path = fileOf([`${HEADER},customer`, `${grant(email, '2024-03-05T10:00:00Z')},${customer}`, `,market-research,withdraw,2024-03-06T10:00:00Z,,,,,,${customer}`]);
    expect((await run(path)).tally.applied).toBe(2);
    expect((await eventsOf(email)).map((event) => event.purpose)).toEqual(['newsletter', '~person', 'market-research']);
  });

  test('adds an unknown identifier to a known person only where the import may link; names of two people are never put together', async () => {
    const [email, other] = [someone(), someone()];
    const customer = `L${files}`;
    const known = async () => (await lookUp(fresh.reader.identifiers, fresh.lookupKeys, { kind: 'customer', value: customer.toLowerCase() })).found?.person;
    await run(fileOf([HEADER, grant(email, '2024-03-05T10:00:00Z'), grant(other, '2024-03-05T10:00:00Z')]));
    const path = fileOf([`${HEADER},customer`, `${grant(email, '2024-04-05T10:00:00Z')},${customer}`]);
    await run(path);
    expect(await known()).toBeUndefined();
    await run(fileOf([`${HEADER},customer`, `${grant(email, '2024-05-05T10:00:00Z')},${customer}`]), { mayLink: true });
    expect(await known()).toBe(await personOf(email));
    const both = fileOf([`${HEADER},customer`, `${grant(other, '2024-06-05T10:00:00Z')},${customer}`, `${withdraw(other, '2024-07-05T10:00:00Z')},${customer}`]);
    expect((await run(both, { mayLink: true })).tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 1 });
    expect(reportOf(both)).toMatch(/\n2,subject_ambiguous,/);
    expect([(await stateOf(email))?.allowed, (await stateOf(other))?.allowed]).toEqual([false, false]);
  });

  test('may come as NDJSON, with words of its own and what they mean', async () => {
    const email = someone();
    const path = fileOf([JSON.stringify({ mejl: email, Samtycke: 'Ja', när: '2024-03-05T10:00', notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, channels: ['email'] })], 'ndjson');
    const mapping = { columns: { email: 'mejl', decision: 'Samtycke', occurredAt: 'när' }, constants: { purpose: 'newsletter', 'capture.method': 'paper' }, values: { decision: { Ja: 'grant' } }, offset: '+02:00' };
    expect((await run(path, { mapping })).tally.applied).toBe(1);
    expect((await stateOf(email))?.since).toBe('2024-03-05T08:00:00.000000Z');
  });

  test('of NDJSON that grants an empty list of channels is refused and opens none; a withdrawal with one takes all', async () => {
    const [one, other, blank, none] = [someone(), someone(), someone(), someone()];
    const said = { purpose: 'newsletter', decision: 'grant', occurredAt: '2024-03-05T10:00:00Z', notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { method: 'form' } };
    const rows = [{ email: one, channels: [] }, { email: blank, channels: [' '] }, { email: other }, { email: other, decision: 'withdraw', occurredAt: '2024-04-05T10:00:00Z', channels: [] }, { email: none, channels: null }];
    const path = fileOf(rows.map((row) => JSON.stringify({ ...said, ...row })), 'ndjson');
    expect((await run(path, { mapping: { constants: { channels: 'email' } } })).tally).toEqual({ applied: 3, late: 0, unchanged: 0, refused: 2 });
    expect(reportOf(path)).toMatch(/\n1,channel_unknown,[^\n]*\n2,channel_unknown,/);
    expect(await Promise.all([one, blank].map(personOf))).toEqual([undefined, undefined]);
    expect(await stateOf(other)).toMatchObject({ status: 'withdrawn', allowed: false, channels: [] });
    expect((await stateOf(none))?.channels).toEqual(['email']);
  });

  test('of NDJSON that names somebody by a number which JSON rounds is refused, and found under no other number', async () => {
    const row = (customer: string): string => `{"customer":${customer},"purpose":"newsletter","decision":"withdraw","occurredAt":"2024-03-05T10:00:00Z","evidence":{"text":12345678901234567890}}`;
    const path = fileOf(['9007199254740993', '[9007199254740993]', '12.10', '9007199254740991', '"9007199254740993"'].map(row), 'ndjson');
    expect((await run(path)).tally).toEqual({ applied: 2, late: 0, unchanged: 0, refused: 3 });
    expect(reportOf(path).match(/\n[123],invalid_identifier,[^\n]*text/g)).toHaveLength(3);
    const known = async (value: string) => (await lookUp(fresh.reader.identifiers, fresh.lookupKeys, { kind: 'customer', value })).found;
    expect([await known('9007199254740992'), await known('12.1')]).toEqual([undefined, undefined]);
    expect(await known('9007199254740993')).toBeDefined();
  });

  test('of NDJSON that names somebody by a list finds him under each of it, whatever spaces an identifier holds', async () => {
    const path = fileOf([JSON.stringify({ customer: ['no 17 b', 'no 18'], purpose: 'newsletter', decision: 'withdraw', occurredAt: '2024-03-05T10:00:00Z', channels: ['email'] })], 'ndjson');
    expect((await run(path)).tally.applied).toBe(1);
    const [one, other, both] = await Promise.all(['no 17 b', 'no 18', 'no 17 b no 18'].map(async (value) => (await lookUp(fresh.reader.identifiers, fresh.lookupKeys, { kind: 'customer', value })).found?.person));
    expect([one === undefined, other === one, both]).toEqual([false, true, undefined]);
  });

  test('of NDJSON that holds an object where a field is looked for is refused: it opens no channel, and takes no word of a constant', async () => {
    const [channels, decision, plain] = [someone(), someone(), someone()];
    const said = { purpose: 'newsletter', decision: 'grant', occurredAt: '2024-03-05T10:00:00Z', notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { method: 'form' } };
    const rows = [{ email: channels, channels: { email: true, sms: false } }, { email: decision, decision: { newsletter: 'Nej' } }, { email: plain }];
    const path = fileOf(rows.map((row) => JSON.stringify({ ...said, ...row })), 'ndjson');
    expect((await run(path, { mapping: { constants: { decision: 'grant' } } })).tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 2 });
    expect(reportOf(path)).toMatch(/\n1,value_invalid,the field channels [^\n]*\n2,value_invalid,the field decision /);
    expect(await Promise.all([channels, decision].map(personOf))).toEqual([undefined, undefined]);
  });

  test('whose channels stand in a column of almost that name is refused: unread, it would be a yes to all of them', async () => {
    const email = someone();
    const path = fileOf([HEADER.replace('channels', 'Channels'), grant(email, '2024-03-05T10:00:00Z')]);
    expect((await run(path)).tally).toEqual({ applied: 0, late: 0, unchanged: 0, refused: 1 });
    expect(reportOf(path)).toMatch(/\n2,value_invalid,the column Channels is not read: [^\n]*--map channels=Channels/);
    expect((await run(path, { again: true, mapping: { columns: { channels: 'Channels' } } })).tally).toMatchObject({ applied: 1 });
    expect((await stateOf(email))?.channels).toEqual(['email']);
  });

  test('whose decision stands in a column of almost that name is refused, whatever is set for every row: unread, each no would be a yes', async () => {
    const email = someone();
    const path = fileOf([HEADER.replace('decision', 'Decision'), grant(email, '2024-03-05T10:00:00Z')]);
    expect((await run(path, { mapping: { constants: { decision: 'grant' } } })).tally).toEqual({ applied: 0, late: 0, unchanged: 0, refused: 1 });
    expect(reportOf(path)).toMatch(/\n2,value_invalid,the column Decision is not read: [^\n]*--map decision=Decision/);
    expect(await personOf(email)).toBeUndefined();
  });
});

test('behind a phone number with an extension are several people: a yes is not taken by it, a no is', async () => {
  const phone = `+4681234${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`;
  const rows = [{ phone: `${phone} ext. 12`, decision: 'withdraw' }, { phone: `${phone} ext. 13`, decision: 'grant' }];
  const path = fileOf(rows.map((row) => JSON.stringify({ occurredAt: '2024-03-05T10:00:00Z', purpose: 'newsletter', notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, ...row })), 'ndjson');
  expect((await run(path)).tally).toMatchObject({ applied: 1, refused: 1 });
  expect(reportOf(path)).toMatch(/\n2,invalid_identifier,behind a phone number with an extension/);
});

describe('a later no', () => {
  test('stands, in whatever order the rows come: at the end holds what was said last, and on a tie the no', async () => {
    const people = Array.from({ length: 60 }, () => someone());
    const chance = (below: number, seed: number): number => Math.abs(Math.imul(seed + 7, 0x9e3779b1) >>> 7) % below;
    const said = people.flatMap((email, n) => Array.from({ length: 5 }, (_, k) => ({ email, day: 1 + chance(6, n * 31 + k * 7), yes: chance(2, n * 17 + k * 5) === 0, key: chance(1e9, n * 101 + k * 13) })));
    const shuffled = [...said].sort((one, other) => one.key - other.key);
    await run(fileOf([HEADER, ...shuffled.map(({ email, day, yes }) => (yes ? grant : withdraw)(email, `2024-03-0${day}T10:00:00Z`))]));
    const wrong: string[] = [];
    for (const email of people) {
      const own = said.filter((one) => one.email === email);
      const last = Math.max(...own.map((one) => one.day));
      const expected = own.filter((one) => one.day === last).every((one) => one.yes);
      if ((await stateOf(email))?.allowed !== expected) wrong.push(JSON.stringify(own));
    }
    expect(wrong).toEqual([]);
  });

  test('that the ledger took itself is not undone by an older grant, which the history keeps', async () => {
    const email = someone();
    await run(fileOf([HEADER, withdraw(email, '2025-01-01T00:00:00Z')]));
    expect((await run(fileOf([HEADER, grant(email, '2024-06-01T00:00:00Z')]))).tally).toMatchObject({ applied: 0, late: 1 });
    expect((await eventsOf(email)).at(-1)).toMatchObject({ type: 'decision-recorded', decision: 'grant', after: { allowed: false, status: 'withdrawn' } });
  });

  test('of an erased or suppressed person is final: the grant is refused line by line', async () => {
    const [erased, suppressed] = [someone(), someone()];
    await run(fileOf([HEADER, grant(erased, '2024-03-05T10:00:00Z'), grant(suppressed, '2024-03-05T10:00:00Z')]));
    await standing(erased, 'person-erased', { erased: true, restricted: false, suppressed: false });
    await standing(suppressed, 'preferences-changed', { erased: false, restricted: false, suppressed: true });
    const rows = [erased, suppressed].flatMap((email) => [grant(email, '2024-05-05T10:00:00Z'), withdraw(email, '2024-06-05T10:00:00Z')]);
    const path = fileOf([HEADER, ...rows]);
    for (const more of [{ dryRun: true }, {}]) {
      expect((await run(path, more)).tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 3 });
      expect(reportOf(path).split('\n').slice(1, 4).map((line) => line.split(',').slice(0, 2).join(' '))).toEqual(['2 person_erased', '3 person_erased', '4 person_suppressed']);
    }
  });
});

test('a row that leads to a known person brings him no address of somebody who was erased, also where the import may link', async () => {
  const [gone, known] = [someone(), someone()];
  await run(fileOf([HEADER, grant(gone, '2024-03-05T10:00:00Z')]));
  const customer = `E${files}`;
  await run(fileOf([`${HEADER},customer`, `${grant(known, '2024-03-05T10:00:00Z')},${customer}`]));
  await eraseHeld({ pool: fresh.pool, ledger: fresh.id, origin: fresh.keyring.origin, keys: fresh.keys, suppressionKeys: suppressionKeysOf(fresh.keyring), subjectKeys: subjectKeysOf(fresh.keyring) }, (await personOf(gone)) ?? '', { suppress: true });
  const path = fileOf([`${HEADER},customer`, `${withdraw(gone, '2024-04-05T10:00:00Z')},${customer}`]);
  expect((await run(path, { mayLink: true })).tally.applied).toBe(1);
  expect((await stateOf(known))?.allowed).toBe(false);
  expect(await personOf(gone)).toBeUndefined();
});

describe('a row that cannot be taken', () => {
  const good = grant('good@example.se', '2024-03-05T10:00:00Z');
  test.each([
    ['subject_missing', good.replace('good@example.se', '')],
    ['invalid_identifier', good.replace('@', ' at ')],
    ['purpose_missing', good.replace('newsletter,', ',')],
    ['purpose_unknown', good.replace('newsletter,', 'no-such-purpose,')],
    ['decision_missing', good.replace('grant', '')],
    ['decision_unknown', good.replace('grant', 'lift')],
    ['occurred_at_missing', good.replace('2024-03-05T10:00:00Z', '')],
    ['occurred_at_unreadable', good.replace('2024-03-05T10:00:00Z', '2024-02-30T10:00:00Z')],
    ['occurred_at_unreadable', good.replace('10:00:00Z', '10:00:00')],
    ['occurred_in_future', good.replace('2024', '2124')],
    ['notice_unknown', good.replace('1.3', '99')],
    ['notice_unknown', good.replace(',sv,', ',,')],
    ['evidence_missing', good.replace('form', '')],
    ['channel_unknown', good.replace(',email,', ',pigeon,')],
    ['value_invalid', good.replace(',email,', ',E-Mail!,')],
    ['not_switchable', good.replace('newsletter,', 'contract,')],
    ['wrong_holder', good.replace('newsletter,', 'statistics,')],
    ['columns_wrong', `${good},one,more`],
    ['decision_unknown', good.replace('grant', 'constructor')],
    ['invalid_identifier', good.replace('good@example.se', '__proto__')],
  ])('is reported as %s, and stops no other', async (code, line) => {
    const email = someone();
    const path = fileOf([HEADER, line, '', grant(email, '2024-03-05T10:00:00Z')]);
    const { tally } = await run(path, { mapping: { values: { decision: { Ja: 'grant' }, email: {} } } });
    expect(tally).toEqual({ applied: 1, late: 0, unchanged: 0, refused: 1 });
    expect(reportOf(path)).toMatch(new RegExp(`^line,code,reason\n2,${code},`));
    expect(reportOf(path)).not.toMatch(/example\.se|2024/);
    expect(await personOf('good@example.se')).toBeUndefined();
  });

  test('is named by the line that it begins on, also behind cells of several lines', async () => {
    const path = fileOf([`${HEADER},evidence.text`, `${grant(someone(), '2024-03-05T10:00:00Z')},"two\nlines"`, `x,newsletter,grant,2024-03-05T10:00:00Z,,${NOTICE},"a\nb"`]);
    await run(path);
    expect(reportOf(path)).toMatch(/\n4,invalid_identifier,/);
  });
});

describe('running an import again', () => {
  const rows = (): string[] => Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? withdraw : grant)(someone(), '2024-03-05T10:00:00Z'));

  test('writes nothing once the file is through, and says so', async () => {
    const path = fileOf([HEADER, ...rows()]);
    await run(path);
    const before = await allEvents();
    expect(await run(path)).toMatchObject({ finishedBefore: true, tally: { applied: 30 } });
    expect(await allEvents()).toBe(before);
  });

  test('goes on where it was cut off: rows in doubt are looked up, none is applied twice, none is left out', async () => {
    const path = fileOf([HEADER, ...rows(), 'x,newsletter,grant,2024-03-05T10:00:00Z,,,,,']);
    await run(path, { segment: 10 });
    const before = await allEvents();
    await fresh.pool.query('UPDATE imports SET done = 10, applied = 10, refused = 0, reserved = 40, finished_at = NULL WHERE ledger = $1 AND finished_at = (SELECT max(finished_at) FROM imports)', [fresh.id]);
    const result = await run(path, { segment: 10 });
    expect(result).toMatchObject({ from: 10, done: 31, tally: { applied: 30, refused: 1 } });
    expect(await allEvents()).toBe(before);
    expect(reportOf(path).match(/\n32,/g)).toHaveLength(1);
  });

  test('with `again` counts each row as it was: late stays late', async () => {
    const email = someone();
    const path = fileOf([HEADER, withdraw(email, '2025-01-01T00:00:00Z'), grant(email, '2024-01-01T00:00:00Z')]);
    const first = await run(path);
    expect(first.tally).toEqual({ applied: 1, late: 1, unchanged: 0, refused: 0 });
    expect((await run(path, { again: true })).tally).toEqual(first.tally);
    expect(await eventsOf(email)).toHaveLength(2);
  });

  test('with `again` counts a grant that a later "no" to another channel narrowed as it was: what it leaves out is taken back, and it adds nothing', async () => {
    const email = someone();
    const said = (decision: string, at: string, channels: string): string => `${email},electronic-marketing,${decision},${at},${channels},${decision === 'grant' ? NOTICE : ',,,'}`;
    const paths = [said('grant', '2024-03-01T10:00:00Z', 'app|sms'), said('withdraw', '2024-03-10T10:00:00Z', 'social'), said('grant', '2024-03-05T10:00:00Z', 'sms|social')].map((row) => fileOf([HEADER, row]));
    for (const path of paths) expect((await run(path)).tally).toMatchObject({ applied: 1 });
    const before = await eventsOf(email);
    expect(before.filter(({ purpose }) => !purpose.startsWith('~')).map(({ type, after }) => [type, after?.channels])).toEqual([
      ['consent-granted', ['app', 'sms']], ['decision-recorded', ['app', 'sms']], ['decision-recorded', ['app', 'sms']], ['consent-withdrawn', ['sms']],
    ]);
    for (const path of paths) expect((await run(path, { again: true })).tally).toMatchObject({ applied: 1 });
    expect(await eventsOf(email)).toEqual(before);
    const whole = fileOf([HEADER, said('grant', '2024-03-06T10:00:00Z', 'social')]);
    for (const again of [false, true]) expect((await run(whole, { again })).tally).toMatchObject({ applied: 1 });
  });

  test('with `again` tries what was refused, and leaves what was applied', async () => {
    const [one, other] = [someone(), someone()];
    const path = fileOf([HEADER, grant(one, '2024-03-05T10:00:00Z'), grant(other, '2024-03-05T10:00:00Z').replace('1.3', '99')]);
    expect((await run(path)).tally).toMatchObject({ applied: 1, refused: 1 });
    const again = await run(path, { again: true, mapping: { values: { 'notice.version': { '99': '1.3' } } } });
    expect(again.tally).toMatchObject({ applied: 2, refused: 0 });
    expect([(await eventsOf(one)).length, (await eventsOf(other)).length]).toEqual([1, 1]);
    expect(reportOf(path)).toBe('line,code,reason\n');
  });

  test('a run that was overtaken by a newer one stops', async () => {
    const path = fileOf([HEADER, ...rows()]);
    const overtake = (): void => void (taken ??= fresh.pool.query('UPDATE imports SET runner = gen_random_uuid() WHERE finished_at IS NULL'));
    let taken: Promise<unknown> | undefined;
    await expect(run(path, { segment: 10, onStep: overtake })).rejects.toThrow('another run of this import has taken over');
    expect((await run(path)).tally).toMatchObject({ applied: 30 });
  });
});

test('a dry run tells what would become of each row, and writes nothing', async () => {
  const email = someone();
  await run(fileOf([HEADER, withdraw(email, '2025-01-01T00:00:00Z')]));
  const path = fileOf([HEADER, grant(someone(), '2024-03-05T10:00:00Z'), grant(email, '2024-03-05T10:00:00Z'), withdraw(email, '2024-01-01T10:00:00Z'), 'x,newsletter,grant,,,,,,']);
  const before = await allEvents();
  expect((await run(path, { dryRun: true })).tally).toEqual({ applied: 1, late: 1, unchanged: 1, refused: 1 });
  expect(await allEvents()).toBe(before);
  expect((await run(path)).tally).toEqual({ applied: 1, late: 1, unchanged: 1, refused: 1 });
});

test('a file that cannot be read as a whole is refused in one sentence, before anything is noted', async () => {
  const count = async () => (await fresh.pool.query('SELECT 1 FROM imports')).rowCount;
  const before = await count();
  await expect(run(fileOf([HEADER, grant(someone(), '2024-03-05T10:00:00Z')]), { mapping: { columns: { email: 'E-post' } } })).rejects.toThrow('the file has no column "E-post"');
  await expect(run(fileOf(['email,email', 'a,b']))).rejects.toThrow('two columns "email"');
  const latin = fileOf([]);
  writeFileSync(latin, Buffer.from('email,namn\nx,Åsa\n', 'latin1'));
  await expect(run(latin)).rejects.toThrow('--encoding windows-1252');
  expect(await count()).toBe(before);
});
