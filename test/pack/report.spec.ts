import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import type { Ack, AckOutcome } from '#contracts';
import { addSystem, keepAcks } from '#propagation';
import { until } from '#testing';
import { NEWSLETTER, someone } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';
import { linesOf, type PdfLine } from './pdf-lines.js';
import { packWorld, type PackWorld } from './world.js';

const WORDS = 'Łukasz, Győző, Ελευθερία, Жанна Йордановна, Ngọc: “Ærø” → 中文 😀';

let world: PackWorld;
let person: string;
let part: string;
let lines: PdfLine[];
let text: string;

beforeAll(async () => {
  world = await packWorld();
  const worker = followedBy(world.api);
  const write = world.api.keys['people:write'];
  [person, part] = [await world.given(), await world.given()];
  await world.api.post(`/v1/people/${person}/complaints`, { text: WORDS }, write).expect(201);
  await world.api.post(`/v1/people/${person}/restrict`, { ground: 'accuracy-contested' }, write).expect(200);
  await world.decide(part, 'withdraw');
  await world.api.post(`/v1/people/${part}/merge`, { into: person }, write).expect(200);
  await worker.follow();
  await world.publish();
  await worker.close();
  const pdf = Buffer.from((await world.filesOf(person, '?open=all')).get('proof.pdf') ?? []);
  if (process.env.KEEP_PDF) writeFileSync(process.env.KEEP_PDF, pdf);
  lines = linesOf(pdf);
  text = lines.map((line) => line.text).join('\n');
});
afterAll(async () => {
  await world.close();
});

/** The words of somebody's report, on one line. */
async function reportOf(holder: string, query = ''): Promise<string> {
  return linesOf(Buffer.from((await world.filesOf(holder, query)).get('proof.pdf') ?? [])).map((line) => line.text).join(' ').replace(/\s+/g, ' ');
}

describe('what the report of a pack says of evidence', () => {
  const LATER = 'it can be opened later';

  test('that was not opened: its commitments are there, and it can be opened later', async () => {
    expect(await reportOf(person)).toContain(LATER);
  });

  test('of somebody who was erased: it can be opened by nobody any more, and its commitments stay', async () => {
    const erased = await world.given();
    await world.api.post(`/v1/people/${erased}/erase`, {}, world.api.keys['people:write']).expect(200);
    await world.publish();
    for (const query of ['', '?open=all']) {
      const said = await reportOf(erased, query);
      expect(said).toMatch(/Evidence What evidence there was of this person was erased: nobody can open it any more\. Its commitments stay in the events\./);
      expect(said).not.toContain(LATER);
    }
  });

  test('of somebody of whom none was ever taken, erased or not: there is none', async () => {
    const { ledger, catalogue } = world.api.fresh;
    const [bare, erased] = [newHolderId(), newHolderId()];
    const purpose = catalogue.purposes.get('newsletter');
    for (const holder of [bare, erased]) await changeConsent(ledger, async () => ({ request: uuidv7(), people: [{ person: holder, kind: 'person' as const }], wishes: purpose ? [{ purpose, decision: 'withdraw' as const }] : [], actor: { kind: 'system' as const, id: 'crm' }, evidence: {} }));
    await world.api.post(`/v1/people/${erased}/erase`, {}, world.api.keys['people:write']).expect(200);
    await world.publish();
    for (const holder of [bare, erased]) {
      for (const query of ['', '?open=all']) expect(await reportOf(holder, query)).toMatch(/Evidence No evidence was taken with these events: they hold no commitment to any\. Stated by the system/);
    }
  });
});

describe('what the report of a pack says that systems did', () => {
  const LATE_MS = 100;

  test('tells the time of an answer from the deadline, and an act on a later change from one on this', async () => {
    const { pool, id } = world.api.fresh;
    for (const system of ['crm', 'mailer', 'shop', 'store']) await addSystem(pool, id, { id: system, purposes: ['newsletter'], deadlineMs: LATE_MS });
    const holder = await world.given();
    await world.decide(holder, 'withdraw');
    await world.decide(holder, 'grant');
    const { rows } = await pool.query<{ event: string; version: number; recorded_at: Date }>(`SELECT event, version, recorded_at FROM events WHERE person = $1 AND purpose = 'newsletter' ORDER BY version`, [holder]);
    const [, withdrawal, granted] = rows;
    const ack = (system: string, row: (typeof rows)[0] | undefined, outcome: AckOutcome, ms: number): Ack => ({
      system, event: row?.event ?? '', person: holder, purpose: 'newsletter', version: row?.version ?? 0, outcome, appliedAt: new Date((withdrawal?.recorded_at.getTime() ?? 0) + ms).toISOString(),
    });
    await keepAcks(pool, id, [ack('crm', withdrawal, 'parked', 2), ack('mailer', withdrawal, 'not-mine', 3), ack('shop', withdrawal, 'applied', 5_000), ack('store', granted, 'applied', 5)]);
    await until(() => Date.now() > (withdrawal?.recorded_at.getTime() ?? 0) + LATE_MS, { what: 'the deadline' });
    await world.publish();
    const said = /version 2[^]*Systems that act on decisions[^]*?(Event 2, newsletter .*?) Event 3/.exec(await reportOf(holder))?.[1];
    expect(said).toContain('crm could not apply it 2 ms after it was recorded, and has not acted by its deadline');
    expect(said).toContain('mailer answered that it holds nothing of this purpose 3 ms after it was recorded, and has not acted by its deadline');
    expect(said).toContain('shop acted 5000 ms after it was recorded, after its deadline');
    expect(said).toMatch(/store acted 5 ms after it was recorded, by what it acknowledged of the later version 3(;|$)/);
  });
});

describe('the report of a pack', () => {
  test('shows the letters of every European alphabet, and names by its number what its font has no letter for', () => {
    expect(text.replace(/\s+/g, ' ')).toContain('Łukasz, Győző, Ελευθερία, Жанна Йордановна, Ngọc: “Ærø” → [U+4E2D][U+6587] [U+1F600]');
    expect(text).not.toContain('\ufffd');
  });

  test('prints nothing over anything: no two lines of a column stand closer than their letters are high', () => {
    const over: string[] = [];
    for (const one of lines) {
      const below = lines.find((other) => other !== one && other.page === one.page && Math.abs(other.x - one.x) < 1 && one.y - other.y >= 0 && one.y - other.y < 8 && other.text !== one.text);
      if (below) over.push(`${one.text} / ${below.text}`);
    }
    expect(over).toEqual([]);
  });

  test('names the rights that were exercised, what came of them, and with whom somebody was merged', () => {
    expect(text).toMatch(/Right: complaint; to be answered by 20\d\d-\d\d-\d\d/);
    expect(text).toMatch(/Right: restrict; to be answered by/);
    expect(text).toContain('Right: restrict; outcome: restricted');
    expect(text).toContain('Ground: accuracy-contested');
    expect(text).toContain(`Merged into ${person}`);
    expect(text).toContain(`Took in ${part}`);
  });

  test('says of each event, text, item of evidence and acknowledgement whose it is, where it covers more than one holder', () => {
    const [own, other] = [person.slice(0, 8), part.slice(0, 8)];
    expect(lines.filter((line) => line.text === `Person ${person}`)).toHaveLength(1);
    expect(lines.filter((line) => line.text === `Person ${part}, merged into ${own}…`)).toHaveLength(1);
    expect(text.replaceAll('\n', ' ')).toMatch(new RegExp(`event 1 of ${own}…; event 1 of ${other}…`));
    expect(text).toMatch(new RegExp(`identifier, event 1 of\\s*${own}…`));
    expect(text).toMatch(new RegExp(`identifier, event 1 of\\s*${other}…`));
  });

  test('names a time of decision that was claimed, and nothing where it is that of the record', async () => {
    expect(text).not.toContain('Decided, as was claimed');
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const { body } = await world.api.post('/v1/consents', { subject: someone(), ...NEWSLETTER, occurredAt: hourAgo }, world.api.keys['consents:backdate']).expect(201);
    await world.publish();
    const own = linesOf(Buffer.from((await world.filesOf(body.person, '?open=all')).get('proof.pdf') ?? [])).map((line) => line.text);
    expect(own).toContain(`Decided, as was claimed: ${hourAgo.slice(0, 19).replace('T', ' ')} UTC`);
  });

  test('of one holder alone says events by number only', async () => {
    const alone = await world.given();
    await world.publish();
    const own = linesOf(Buffer.from((await world.filesOf(alone, '?open=all')).get('proof.pdf') ?? [])).map((line) => line.text);
    expect(own.join('\n')).toMatch(/^event 1$/m);
    expect(own.join('\n')).not.toContain(' of ' + alone.slice(0, 8));
  });
});
