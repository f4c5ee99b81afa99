import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalText, checkpointText, fromBase64, knownFromPack, parseCheckpoint, parseNote, signNote, parseStatement, parseVerifier, signStatement, toBase64, verifyPack, type KnownEvents, type Manifest, type PackFiles, type Statement, type Trust } from '#proof';
import { createKeyring, sha256, signerOf, type SigningKey } from '#vault';
import { packWorld, primitives, textIn, type PackWorld } from './world.js';

let world: PackWorld;
let person: string;
let files: Map<string, Uint8Array>;
let another: Map<string, Uint8Array>;
let stranger: string;

beforeAll(async () => {
  world = await packWorld();
  person = await world.given();
  for (const decision of ['withdraw', 'grant', 'withdraw']) {
    await world.publish();
    await world.decide(person, decision);
  }
  stranger = await world.given();
  await world.decide(stranger, 'withdraw');
  await world.publish();
  files = await world.filesOf(person, '?open=all');
  another = await world.filesOf(stranger);
});
afterAll(async () => {
  await world.close();
});

const NOBODY = '00000000-0000-0000-0000-000000000000';
type Pack = Map<string, Uint8Array>;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const events = (of = person): string => `events/${of}.ndjson`;
const linesOf = (pack: PackFiles): string[] => textIn(pack, events()).split('\n').slice(0, -1);
const setLines = (pack: Pack, lines: string[]): void => void pack.set(events(), bytes(lines.map((line) => `${line}\n`).join('')));
const hex = (of: Uint8Array): string => Buffer.from(sha256(of)).toString('hex');

/** What somebody makes of the pack who can do all but sign with the log's key: the manifest fits again. */
function forged(change: (pack: Pack) => void): Pack {
  const pack = new Map(files);
  change(pack);
  const manifest = JSON.parse(textIn(pack, 'manifest.json')) as Manifest;
  manifest.files = manifest.files.filter(({ name }) => pack.has(name)).map((entry) => ({ ...entry, sha256: hex(pack.get(entry.name) ?? bytes('')), size: pack.get(entry.name)?.length ?? 0 }));
  pack.set('manifest.json', bytes(JSON.stringify(manifest)));
  return pack;
}

/** The same with the statement signed anew: by the keeper himself, or with a key of the attacker's own. */
function signedAgain(pack: Pack, key: SigningKey, change: Partial<Statement> = {}): Pack {
  const statement = parseStatement(textIn(files, 'statement.txt').split('\n\n')[0] + '\n');
  const again = { ...statement, manifest: hex(pack.get('manifest.json') ?? bytes('')), ...change };
  return new Map(pack).set('statement.txt', bytes(signStatement(again, parseVerifier(sha256, key.verifier), signerOf(key.privateKey))));
}

function failures(pack: PackFiles, trust: Trust = world.trust): { text: string; where?: unknown }[] {
  const { findings, holds } = verifyPack(pack, trust, primitives);
  const failed = findings.filter(({ state }) => state === 'fails');
  expect(holds).toBe(failed.length === 0);
  return failed;
}
const told = (pack: PackFiles, trust?: Trust): string => failures(pack, trust).map(({ text }) => text).join('\n');
const at = (seq: number) => expect.objectContaining({ where: { person, purpose: 'newsletter', version: seq, seq } });

/** A small generator with a seed: a flip that is not found can be found again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

describe('a pack that somebody tampered with', () => {
  test('is sound before anybody does', () => {
    expect(failures(files)).toEqual([]);
    expect(files.has(`evidence/${JSON.parse(linesOf(files)[0] ?? '').event}/identifier`)).toBe(true);
  });

  test('1,000 random flips of one bit, in every file: each is found, and the file is named', () => {
    const random = numbers(20_261_125);
    const names = [...files.keys()];
    const missed: string[] = [];
    for (let flip = 0; flip < 1_000; flip += 1) {
      const name = names[flip % names.length] ?? '';
      const changed = Uint8Array.from(files.get(name) ?? []);
      const place = random.next().value % (changed.length * 8);
      changed[place >> 3] = (changed[place >> 3] ?? 0) ^ (1 << (place & 7));
      const named = { 'manifest.json': 'manifest', 'statement.txt': 'statement' }[name] ?? name;
      if (!told(new Map(files).set(name, changed)).includes(named)) missed.push(`${name}, bit ${place}`);
    }
    expect(missed).toEqual([]);
  });

  test('the last withdrawal left out: the signed statement speaks of one event more, even where proofs and manifest fit', () => {
    const pack = forged((one) => {
      setLines(one, linesOf(one).slice(0, -1));
      const inclusion = JSON.parse(textIn(one, `inclusion/${person}.json`)) as { events: unknown[] };
      one.set(`inclusion/${person}.json`, bytes(JSON.stringify({ events: inclusion.events.slice(0, -1) })));
    });
    expect(failures(pack)).toContainEqual({ state: 'fails', text: expect.stringContaining('speaks of 4 events, the pack has 3'), where: { person, seq: 4 } });
  });

  test('the last withdrawal left out by the keeper of the log himself: whoever knows of it proves his statement false', () => {
    const lines = linesOf(files).slice(0, -1);
    const pack = forged((one) => {
      setLines(one, lines);
      const inclusion = JSON.parse(textIn(one, `inclusion/${person}.json`)) as { events: unknown[] };
      one.set(`inclusion/${person}.json`, bytes(JSON.stringify({ events: inclusion.events.slice(0, -1) })));
    });
    const last = hex(Buffer.concat([Buffer.of(0), Buffer.from(lines.at(-1) ?? '')]));
    const liar = signedAgain(pack, world.api.fresh.keyring.log, { chains: [{ person, kind: 'person', events: 3, last }] });
    const evidence = [...liar.keys()].filter((name) => name.startsWith('evidence/'));
    const rest = new Map([...liar].filter(([name]) => !evidence.includes(name)));
    const manifest = JSON.parse(textIn(rest, 'manifest.json')) as Manifest;
    rest.set('manifest.json', bytes(JSON.stringify({ ...manifest, files: manifest.files.filter(({ name }) => rest.has(name)) })));
    const lie = signedAgain(rest, world.api.fresh.keyring.log, { chains: [{ person, kind: 'person', events: 3, last }] });
    expect(failures(lie)).toEqual([]);
    const known: KnownEvents = knownFromPack(files);
    expect(failures(lie, { ...world.trust, known: [known] })).toEqual([{ state: 'fails', text: expect.stringContaining('was left out: the signed statement is false'), where: { person, purpose: 'newsletter', version: 4, seq: 4 } }]);
    expect(failures(files, { ...world.trust, known: [known] })).toEqual([]);
    const foreign = verifyPack(files, { ...world.trust, known: [knownFromPack(another)] }, primitives);
    expect(foreign).toMatchObject({ holds: true, findings: expect.arrayContaining([{ state: 'open', text: `events that you know of are about ${stranger}, of whom nothing stands in this pack` }]) });
  });

  test('a log that was forked: the checkpoint beside events that somebody knows is held against the pack’s own, and what lies behind the pack is counted', async () => {
    const { log } = world.api.fresh.keyring;
    const known = knownFromPack(files);
    const { origin, size } = parseCheckpoint(parseNote(known.checkpoint).text);
    const other = (of: number): KnownEvents => {
      const text = checkpointText({ origin, size: of, root: sha256(bytes('another history')) });
      return { events: [], checkpoint: `${text}\n${signNote(text, parseVerifier(sha256, log.verifier), signerOf(log.privateKey))}` };
    };
    expect(told(files, { ...world.trust, known: [other(size)] })).toBe(`the log of ${size} events, in which those that you know of stand, is no beginning of this one: history was rewritten`);
    const open = (of: KnownEvents): string[] => verifyPack(files, { ...world.trust, known: [of] }, primitives).findings.filter(({ state }) => state === 'open').map(({ text }) => text);
    expect(open(other(size - 2))).toEqual([expect.stringContaining(`ask for a pack since ${size - 2}`)]);
    await world.decide(person, 'grant');
    await world.publish();
    expect(open(knownFromPack(await world.filesOf(person)))).toEqual([
      `the checkpoint of the events that you know of, over ${size + 1} events, is newer than this pack, which cannot show what became of its log: ask for a newer pack`,
      `1 of the events that you know of stand in the log behind the first ${size}, of which this pack speaks: ask for a newer pack`,
    ]);
  });

  test('whoever was merged into the person left out by the keeper himself: the person’s own chain names him', async () => {
    const [part, home] = [await world.given(), await world.given()];
    await world.api.post(`/v1/people/${part}/merge`, { into: home }, world.api.keys['people:write']).expect(200);
    await world.publish();
    const whole = await world.filesOf(home);
    expect(whole.has(events(part))).toBe(true);
    expect(failures(whole)).toEqual([]);
    const rest = new Map([...whole].filter(([name]) => !name.includes(part)));
    const manifest = JSON.parse(textIn(whole, 'manifest.json')) as Manifest;
    rest.set('manifest.json', bytes(JSON.stringify({ ...manifest, files: manifest.files.filter(({ name }) => rest.has(name)) })));
    const statement = parseStatement(`${textIn(whole, 'statement.txt').split('\n\n')[0]}\n`);
    const lie = { ...statement, manifest: hex(rest.get('manifest.json') ?? bytes('')), chains: statement.chains.filter((chain) => chain.person === home) };
    const { log } = world.api.fresh.keyring;
    rest.set('statement.txt', bytes(signStatement(lie, parseVerifier(sha256, log.verifier), signerOf(log.privateKey))));
    expect(failures(rest)).toEqual([{ state: 'fails', text: expect.stringContaining(`${part} was merged into this person, and the pack leaves out`), where: expect.objectContaining({ person: home, purpose: '~person' }) }]);
  });

  test('a pack forged whole, with the attacker’s own key inside: nothing in it is believed', () => {
    const own = createKeyring(world.api.fresh.keyring.origin);
    const pack = signedAgain(forged((one) => one.set('log-key.txt', bytes(own.log.verifier))), own.log);
    expect(told(pack)).toContain('the statement is not signed by the key');
    expect(verifyPack(pack, world.trust, primitives).events).toEqual([]);
    const elsewhere = createKeyring('consent.elsewhere.test/ledger');
    expect(told(signedAgain(files, elsewhere.log, { ledger: 'consent.elsewhere.test/ledger' }))).toContain('the statement is about consent.elsewhere.test/ledger');
  });

  test('another content presented for a commitment, other random bytes, or another event’s', () => {
    const [first = ''] = linesOf(files);
    const name = `evidence/${(JSON.parse(first) as { event: string }).event}/identifier`;
    expect(failures(forged((one) => one.set(name, bytes('somebody.else@example.se'))))).toContainEqual(expect.objectContaining({ text: expect.stringContaining('another content is presented'), where: { person, purpose: 'newsletter', version: 1, seq: 1 } }));
    const open = (change: (item: Record<string, string>) => void): Pack => forged((one) => {
      const openings = JSON.parse(textIn(one, 'evidence/openings.json')) as { items: Record<string, string>[] };
      const item = openings.items.find(({ kind }) => kind === 'identifier');
      if (item) change(item);
      one.set('evidence/openings.json', bytes(JSON.stringify(openings)));
    });
    expect(told(open((item) => (item.random = toBase64(new Uint8Array(32)))))).toContain('another content is presented');
    expect(told(open((item) => (item.kind = 'ip')))).toContain('another content is presented');
    expect(told(open((item) => (item.event = (JSON.parse(linesOf(files)[1] ?? '') as { event: string }).event)))).toContain('another content is presented');
    expect(told(open((item) => (item.person = stranger)))).toContain('an event that is not in the pack');
  });

  test('two events swapped, one removed from the middle, one twice, one added: the first bad place is named', () => {
    const [one = '', two = '', three = '', four = ''] = linesOf(files);
    const swapped = failures(forged((pack) => setLines(pack, [one, three, two, four])));
    expect(swapped.filter(({ where }) => where)[0]).toEqual(at(3));
    expect(swapped[1]?.text).toContain('event 2 is missing or was moved: here stands event 3');
    const removed = failures(forged((pack) => setLines(pack, [one, three, four])));
    expect(removed.filter(({ where }) => where)[0]).toEqual(at(3));
    expect(removed.filter(({ where }) => where)[0]?.text).toContain('event 2 is missing or was moved');
    expect(failures(forged((pack) => setLines(pack, [one, two, two, three, four]))).filter(({ where }) => where)[0]).toEqual(at(2));
    const extra = JSON.stringify({ ...JSON.parse(four), seq: 5, version: 5, prev: hex(Buffer.concat([Buffer.of(0), Buffer.from(four)])), recordedAt: '2099-01-01T00:00:00.000000Z' });
    const added = failures(forged((pack) => setLines(pack, [one, two, three, four, extra])));
    expect(added).toContainEqual(expect.objectContaining({ text: expect.stringContaining('the pack has 5: some were added') }));
    expect(added).toContainEqual(expect.objectContaining({ text: expect.stringContaining('nothing shows that the event stands in the log'), where: { person, purpose: 'newsletter', version: 5, seq: 5 } }));
  });

  test('another person’s event slipped in, or his whole chain', () => {
    const [one = '', two = '', three = '', four = ''] = linesOf(files);
    const foreign = textIn(another, events(stranger)).split('\n')[1] ?? '';
    const slipped = failures(forged((pack) => setLines(pack, [one, foreign, three, four])));
    expect(slipped.filter(({ where }) => where)[0]).toEqual(expect.objectContaining({ text: expect.stringContaining('another person was slipped into'), where: { person: stranger, purpose: 'newsletter', version: 2, seq: 2 } }));
    expect(two).not.toBe('');
    expect(told(forged((pack) => pack.set(events(), another.get(events(stranger)) ?? bytes(''))))).toContain('another person was slipped into');
    expect(told(forged((pack) => pack.set(events(stranger), another.get(events(stranger)) ?? bytes(''))))).toContain(`the file ${events(stranger)} is not in the manifest`);
  });

  test('a changed event whose chain, proofs and manifest were made to fit: the log does not have it', () => {
    const [one = '', ...rest] = linesOf(files);
    const pack = forged((of) => setLines(of, [one.replace('"point":"site-footer"', '"point":"site-header"'), ...rest]));
    expect(failures(pack).filter(({ where }) => where)[0]).toEqual(at(2));
    expect(failures(pack)).toContainEqual(expect.objectContaining({ text: expect.stringContaining('does not stand in the log'), where: { person, purpose: 'newsletter', version: 1, seq: 1 } }));
  });

  test('another text for the one that was shown, a text left out, and another meaning of a purpose', () => {
    const notice = 'notices/newsletter-signup-1.3-sv.json';
    expect(told(forged((pack) => pack.set(notice, bytes(textIn(pack, notice).replace('nyhetsbrev', 'reklam')))))).toMatch(/the text of newsletter-signup 1.3 \(sv\) is not the one that was shown.*version 1, event 1/);
    expect(told(forged((pack) => pack.delete(notice)))).toContain('is missing');
    const [definition = ''] = [...files.keys()].filter((name) => name.startsWith('definitions/'));
    expect(told(forged((pack) => pack.set(definition, bytes('{}'))))).toContain('what the purpose meant is not what the event names');
  });

  test('a checkpoint of another log, a proof between checkpoints left out, and a history that was rewritten', () => {
    const earlier = [...files.keys()].filter((name) => /^checkpoints\/\d/.test(name));
    expect(earlier.length).toBeGreaterThan(2);
    expect(told(forged((pack) => pack.set('checkpoint.txt', pack.get(earlier[1] ?? '') ?? bytes(''))))).toContain('another tree than the checkpoint');
    expect(told(forged((pack) => pack.set('checkpoints/consistency.json', bytes('{"steps":[]}'))))).toContain('is the beginning of the log of');
    const rewritten = Buffer.from(textIn(files, earlier[0] ?? '')).toString().split('\n');
    const kept = rewritten.map((line, row) => (row === 2 ? toBase64(sha256(fromBase64(line) ?? bytes(''))) : line)).join('\n');
    expect(told(files, { ...world.trust, checkpoints: [kept] })).toContain('not signed by');
  });

  test('times that do not fit: the cosignature of nobody we know', () => {
    const other = createKeyring(world.api.fresh.keyring.origin);
    expect(told(files, { key: world.trust.key, cosigner: other.cosigner?.verifier })).toContain('is not cosigned by');
    expect(verifyPack(files, { key: world.trust.key }, primitives)).toMatchObject({ holds: true, findings: expect.arrayContaining([{ state: 'open', text: expect.stringContaining('cosignature key') }]) });
  });

  test('whatever else lies in the files, the answer is a finding and no fault', () => {
    for (const name of files.keys()) {
      for (const junk of ['', '{}', '[]', 'null', '{"files":[null],"events":[null],"steps":[null],"items":[null]}', '{"events":[{"seq":"1","index":-1,"hashes":{}}]}', '\u{1F600}\n\n— x y\n']) expect(told(new Map(files).set(name, bytes(junk)))).not.toBe('');
      expect(told(new Map([...files].filter(([other]) => other !== name)))).toContain(name);
    }
  });

  test('an object where a text should stand, that no text can be made of, is a finding and no fault', () => {
    const [odd, [one = '', ...rest]] = [{ toString: 1 }, linesOf(files)];
    const changed = (change: object): string => canonicalText({ ...(JSON.parse(one) as object), ...change });
    expect(told(forged((pack) => setLines(pack, [changed({ type: 'person-merged', purpose: '~person', fact: { other: odd, role: 'into' } }), ...rest])))).toContain('event 1');
    const keys = changed({ type: 'key-changed', person: NOBODY, purpose: '~ledger', fact: { role: 'log', key: odd, publicKey: odd, signature: odd } });
    expect(told(new Map(files).set('keys/changes.ndjson', bytes(`${keys}\n`)))).toContain('is malformed, or of another log');
  });
});
