import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { leafHash } from '#proof';
import { sha256 } from '#vault';
import { proofWorld, type ProofWorld } from './world.js';

let world: ProofWorld;
let people: string[] = [];
/** A checkpoint from before the last events. */
let kept = '';

beforeAll(async () => {
  world = await proofWorld();
  people = await Promise.all(Array.from({ length: 60 }, (_, at) => world.decide(['grant', 'withdraw', 'grant', 'refuse'].slice(0, 2 + (at % 3)) as never)));
  await Promise.all(people.slice(0, 6).map((person) => world.restrict(person)));
  await Promise.all(Array.from({ length: 50 }, (_, at) => world.decide(['grant'], { email: `someone.${at}@example.se` })));
  await Promise.all(Array.from({ length: 20 }, () => world.accept()));
  await world.publish();
  kept = (await world.folder.checkpoint()) ?? '';
  await Promise.all(people.slice(0, 20).map((person) => world.decide(['withdraw'], { person })));
  await world.publish();
  await world.decide(['grant']);
}, 120_000);
afterAll(async () => {
  await world.close();
});

const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> => (await world.attacker.query(text, values)).rows as R[];

/** Runs an attack in full, looks at the audit, and puts everything back. */
async function attacked(statements: [string, unknown[]?][], look: (lines: string[]) => void, options: Parameters<ProofWorld['audit']>[0] = {}): Promise<void> {
  const tables = ['events', 'leaves', 'heads', 'persons', 'evidence', 'outbox', 'checkpoints', 'leases', 'notices', 'purposes', 'catalogues'];
  for (const table of tables) await sql(`CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
  try {
    for (const [text, values] of statements) await sql(text, values);
    look(await world.audit({ folder: false, evidence: false, ...options }));
  } finally {
    for (const table of tables) {
      await sql(`TRUNCATE ${table}`);
      await sql(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      await sql(`DROP TABLE kept_${table}`);
    }
  }
}

interface Place {
  person: string;
  purpose: string;
  version: number;
  seq: number;
  idx: string;
}
/** An event in the middle of somebody's history, and its place in the log. */
async function middle(): Promise<Place> {
  const [row] = await sql<Place>(`SELECT e.person, e.purpose, e.version, e.seq, l.idx FROM events e JOIN leaves l USING (ledger, person, seq) WHERE e.person = $1 AND e.seq = 2`, [people[32]]);
  if (!row) throw new Error('no event');
  return row;
}
const called = ({ person, purpose, version }: Pick<Place, 'person' | 'purpose' | 'version'>): string => `person ${person}, purpose ${purpose}, version ${version}`;

describe('who changes what people were shown', () => {
  const told: [string, string, RegExp][] = [
    ['a text', `UPDATE notices SET document = replace(document, 'Intet er krydset af', 'Alt er krydset af') WHERE id = 'newsletter-signup' AND version = '1.3' AND locale = 'da'`, /^the notice newsletter-signup 1\.3 \(da\) is not the text that was hashed/],
    ['a text with its hash', `UPDATE notices SET document = d, sha256 = encode(sha256(convert_to(d, 'UTF8')), 'hex') FROM (SELECT replace(document, '"title":"', '"title":"x') AS d FROM notices WHERE id = 'newsletter-signup' AND version = '1.3' AND locale = 'sv') c WHERE id = 'newsletter-signup' AND version = '1.3' AND locale = 'sv'`, /^person .*, purpose newsletter, version \d+, .*: it names the notice newsletter-signup 1\.3 \(sv\), [0-9a-f]{64}, which is not kept$/],
    ['the language of two texts', `UPDATE notices n SET document = o.document, sha256 = o.sha256 FROM notices o WHERE n.id = 'contact' AND o.id = 'contact' AND n.version = o.version AND (n.locale, o.locale) IN (('sv', 'da'), ('da', 'sv'))`, /^the notice contact .* \(da\) is not the text that was hashed/],
    ['the meaning of a purpose', `UPDATE purposes SET body = replace(body, '"doubleOptIn":true,', '') WHERE id = 'newsletter'`, /^purpose newsletter: its definition [0-9a-f]{64} is not what was hashed/],
    ['its meaning in the catalogue', `UPDATE catalogues SET body = replace(body, '"doubleOptIn":true,', '')`, /^purpose newsletter: the catalogue 1 holds another meaning of it than was hashed/],
    ['the meaning of a purpose, to what nobody can read', `UPDATE purposes SET body = substr(body, 2) WHERE id = 'newsletter'`, /^purpose newsletter: its definition [0-9a-f]{64} is not what was hashed/],
    ['the catalogue, to what nobody can read', `UPDATE catalogues SET body = substr(body, 2)`, /^the catalogue 1 cannot be read: its text was damaged/],
    ['the record of the catalogue, to what is no text', String.raw`UPDATE events SET bytes = overlay(bytes placing '\xe1' from 30 for 1) WHERE type = 'catalogue-changed'`, /^person 00000000-0000-0000-0000-000000000000, purpose ~ledger, version 1, .*: its bytes are not what was hashed/],
    ['which meanings are kept', `DELETE FROM purposes WHERE id = 'newsletter'`, /^person .*, purpose newsletter, .*: it names the definition [0-9a-f]{64}, which is not kept$/],
    ['which catalogue is in force', `INSERT INTO catalogues SELECT ledger, 2, repeat('a', 64), body FROM catalogues`, /^the catalogue 2 was never recorded as loaded/],
  ];
  test.each(told)('is told so: %s', async (_what, statement, line) => {
    await attacked([[statement]], (lines) => expect(lines).toContainEqual(expect.stringMatching(line)));
  });
});

describe('an untouched ledger', () => {
  test('passes every check, also with an older checkpoint', async () => {
    expect(await world.audit({ kept })).toEqual([]);
  });
});

describe('the attacker in the database', () => {
  test('who deletes a row in the middle is told where: the event that follows it, and the index that has no event', async () => {
    const at = await middle();
    await attacked([['DELETE FROM events WHERE person = $1 AND seq = $2', [at.person, at.seq]]], (lines) => {
      expect(lines[0]).toContain(`person ${at.person}`);
      expect(lines[0]).toContain(`event ${at.seq} of the person is missing before it`);
      expect(lines.join('\n')).toContain(`index ${at.idx} of the log: the log has this event, the table events has not`);
    });
  });

  test('who deletes a row with its leaf is told the index that is missing', async () => {
    const at = await middle();
    await attacked([['DELETE FROM events WHERE person = $1 AND seq = $2', [at.person, at.seq]], ['DELETE FROM leaves WHERE idx = $1', [at.idx]]], (lines) => {
      expect(lines.join('\n')).toContain(`index ${at.idx} is missing before it`);
    });
  });

  test('who deletes the last rows everywhere is found by the checkpoint outside, and by one that was kept', async () => {
    const size = Number((await sql<{ n: string }>('SELECT count(*) AS n FROM leaves'))[0]?.n);
    const cut: [string, unknown[]?][] = [
      [`CREATE TABLE gone AS SELECT person, seq FROM leaves WHERE idx >= ${size - 5} UNION SELECT person, seq FROM outbox`],
      ['DELETE FROM events e USING gone g WHERE e.person = g.person AND e.seq = g.seq'],
      [`DELETE FROM leaves WHERE idx >= ${size - 5}`],
      ['DELETE FROM outbox'],
      ['DROP TABLE gone'],
      [`UPDATE leases SET next = ${size - 5} WHERE role = 'relay'`],
      [`DELETE FROM checkpoints WHERE size > ${size - 5}`],
    ];
    await attacked(cut, (lines) => {
      expect(lines.join('\n')).toContain(`index ${size - 5} of the log: the newest checkpoint outside commits to ${size} events, the database has given ${size - 5} indices: the end is missing`);
    });
  });

  test('who swaps two rows is told the first of them', async () => {
    const at = await middle();
    const swap = 'UPDATE events e SET bytes = o.bytes FROM events o WHERE e.person = $1 AND o.person = $1 AND e.seq IN (2, 1) AND o.seq = 3 - e.seq';
    await attacked([[swap, [at.person]]], (lines) => {
      expect(lines[0]).toContain(`${called({ ...at, version: 1 })}, event 1 of the person`);
      expect(lines[0]).toContain('its bytes are not what was hashed');
    });
  });

  test('who swaps two people’s events is told both', async () => {
    const [one, other] = [people[32], people[35]];
    await attacked([['UPDATE events e SET bytes = o.bytes FROM events o WHERE e.seq = 2 AND o.seq = 2 AND (e.person, o.person) IN (($1::uuid, $2::uuid), ($2, $1))', [one, other]]], (lines) => {
      for (const person of [one, other]) expect(lines.join('\n')).toMatch(new RegExp(`person ${person}.*column person says something else than its bytes`));
    });
  });

  test('who inserts a row is told which, with the states that do not fit', async () => {
    const at = await middle();
    const insert = `INSERT INTO events SELECT ledger, person, purpose, version + 40, seq + 40, gen_random_uuid(), ordinal, gen_random_uuid(), type, recorded_at + interval '1 hour', occurred_at, bytes FROM events WHERE person = $1 AND seq = 1`;
    await attacked([[insert, [at.person]]], (lines) => {
      expect(lines[0]).toContain(`${called({ ...at, version: 41 })}, event 41 of the person`);
      expect(lines.join('\n')).toContain('it has no index in the log, and does not wait for one in the outbox');
      expect(lines.join('\n')).toContain(`person ${at.person}: persons.seq is not what the 41 events say`);
    });
  });

  test('who recomputes the chain from an event on, with every hash and state, is told the first index that was signed otherwise', async () => {
    const at = await middle();
    const rows = await sql<{ seq: number; bytes: Buffer }>('SELECT seq, bytes FROM events WHERE person = $1 ORDER BY seq', [at.person]);
    const forged: [string, unknown[]?][] = [];
    let prev: string | undefined;
    for (const { seq, bytes } of rows) {
      let text = bytes.toString('utf8');
      if (seq === at.seq) text = text.replace('"point":"site-footer"', '"point":"site-header"');
      if (prev !== undefined) text = text.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`);
      const changed = Buffer.from(text);
      prev = Buffer.from(leafHash(sha256, changed)).toString('hex');
      if (seq < at.seq) continue;
      forged.push(['UPDATE events SET bytes = $3 WHERE person = $1 AND seq = $2', [at.person, seq, changed]]);
      forged.push([`UPDATE leaves SET hash = decode($3, 'hex') WHERE person = $1 AND seq = $2`, [at.person, seq, prev]]);
    }
    forged.push([`UPDATE persons SET hash = decode($2, 'hex') WHERE person = $1`, [at.person, prev]]);
    await attacked(forged, (lines) => {
      expect(lines[0]).toContain(`event ${at.seq} of the person, index ${at.idx} of the log: the signed log has another event at this index`);
      expect(lines.join('\n')).toMatch(/the first \d+ events do not have the root that .* commits to/);
    });
  });

  test('who restores an old backup is told how much is missing', async () => {
    const size = Number((await sql<{ n: string }>('SELECT count(*) AS n FROM leaves'))[0]?.n);
    await attacked(backTo(60), (lines) => {
      expect(lines.filter((line) => line.includes('the end is missing'))).toEqual([expect.stringContaining(`index 60 of the log: the newest checkpoint outside commits to ${size} events, the database has given 60 indices`)]);
    });
  });

  test('who has a second checkpoint of the same size signed is told both', async () => {
    const { CheckpointWriter } = await import('../../apps/relay/src/log/checkpoint-writer.js');
    const { LogFolder } = await import('#log-folder');
    const at = await middle();
    const other = join(world.root, 'other');
    const forge: [string, unknown[]?][] = [
      ['UPDATE events SET bytes = bytes || \'x\'::bytea WHERE person = $1 AND seq = 2', [at.person]],
      [`UPDATE leaves l SET hash = sha256('\\x00'::bytea || e.bytes) FROM events e WHERE e.person = l.person AND e.seq = l.seq AND l.person = $1`, [at.person]],
      ['TRUNCATE checkpoints'],
    ];
    for (const table of ['events', 'leaves', 'checkpoints']) await sql(`CREATE TABLE saved_${table} AS SELECT * FROM ${table}`);
    for (const [text, values] of forge) await sql(text, values);
    const { fresh } = world;
    const [lease] = await sql<{ fencing: string }>(`SELECT fencing FROM leases WHERE role = 'relay'`);
    await new CheckpointWriter({ pool: fresh.pool, ledger: fresh.id, keyring: fresh.keyring, folder: new LogFolder(other), clock: Date.now }).step({ fencing: lease?.fencing ?? '', leads: () => true });
    const second = (await new LogFolder(other).checkpoint()) ?? '';
    for (const table of ['events', 'leaves', 'checkpoints']) {
      await sql(`TRUNCATE ${table}`);
      await sql(`INSERT INTO ${table} SELECT * FROM saved_${table}`);
      await sql(`DROP TABLE saved_${table}`);
    }
    const lines = await world.audit({ folder: false, evidence: false, kept: second });
    expect(lines.join('\n')).toMatch(/two signed checkpoints of \d+ events with different roots: .*the checkpoint that was kept/);
  });

  test('who gives one index to two events, the unique key removed, is told the index and that the key is gone', async () => {
    await sql('ALTER TABLE leaves DROP CONSTRAINT leaves_pkey');
    try {
      await attacked([['UPDATE leaves SET idx = 40 WHERE idx = 41']], (lines) => {
        expect(lines[0]).toContain('the unique key leaves_pkey was removed, or is another one now');
        expect(lines.join('\n')).toContain('index 40 of the log: the index was given twice');
      });
    } finally {
      await sql('ALTER TABLE leaves ADD CONSTRAINT leaves_pkey PRIMARY KEY (ledger, idx)');
    }
  });

  test('who has a stream two states, another key under the name of the one that forbids it, is told that the key is not the same', async () => {
    await sql('ALTER TABLE heads DROP CONSTRAINT heads_pkey, ADD CONSTRAINT heads_pkey PRIMARY KEY (ledger, person, purpose, version)');
    try {
      const at = await middle();
      await attacked([['INSERT INTO heads SELECT ledger, person, purpose, 99, status, NOT allowed, valid_until, state FROM heads WHERE person = $1 AND purpose = $2', [at.person, at.purpose]]], (lines) => {
        expect(lines.join('\n')).toContain('the unique key heads_pkey was removed, or is another one now');
      });
    } finally {
      await sql('ALTER TABLE heads DROP CONSTRAINT heads_pkey, ADD CONSTRAINT heads_pkey PRIMARY KEY (ledger, person, purpose)');
    }
  });

  test('who puts another item into the evidence, sealed with the right key, is told the event', async () => {
    const { sealEvidence } = await import('#vault');
    const { fresh } = world;
    const at = await middle();
    const [row] = await sql<{ event: string; kinds: string; master: string; wrapped: Buffer }>('SELECT v.event, v.kinds, k.master, k.wrapped FROM evidence v JOIN person_keys k USING (ledger, person) JOIN events e ON e.person = v.person AND e.event = v.event WHERE v.person = $1 AND e.seq = 2', [at.person]);
    const place = { ledger: fresh.keyring.origin, person: at.person, event: row?.event ?? '' };
    const { sealed } = sealEvidence(fresh.keys.unwrap(at.person, { master: row?.master ?? '', wrapped: row?.wrapped ?? Buffer.alloc(0) }), place, { address: '198.51.100.9', 'user-agent': 'another' });
    await attacked([['UPDATE evidence SET sealed = $3 WHERE person = $1 AND event = $2', [at.person, row?.event, sealed]]], (lines) => {
      expect(lines[0]).toContain(`${called(at)}, event 2 of the person: its evidence address is not what the event commits to`);
    }, { evidence: true });
  });

  test('who deletes evidence that nobody erased is told the event', async () => {
    const at = await middle();
    await attacked([['DELETE FROM evidence WHERE person = $1 AND event = (SELECT event FROM events WHERE person = $1 AND seq = 2)', [at.person]]], (lines) => {
      expect(lines[0]).toContain(`${called(at)}, event 2 of the person: its evidence address is not here, and nobody erased it`);
    }, { evidence: true });
  });
});

/** The database as it was when it had given so many indices. */
function backTo(size: number): [string, unknown[]?][] {
  return [
    [`DELETE FROM events e WHERE NOT EXISTS (SELECT FROM leaves l WHERE l.person = e.person AND l.seq = e.seq AND l.idx < ${size})`],
    [`DELETE FROM leaves WHERE idx >= ${size}`],
    ['TRUNCATE outbox'],
    [`DELETE FROM checkpoints WHERE size > ${size}`],
    [`UPDATE leases SET next = ${size} WHERE role = 'relay'`],
  ];
}

/** A change of one bit to a value of a type, as SQL over the column. */
const FLIPS: Record<string, (column: string) => string> = {
  text: (column) => `overlay(${column} placing chr(ascii(substr(${column}, 1, 1)) # 1) from 1 for 1)`,
  uuid: (column) => `overlay(${column}::text placing translate(substr(${column}::text, 8, 1), '0123456789abcdef', '1032547698badcfe') from 8 for 1)::uuid`,
  integer: (column) => `${column} # (1 << floor(random() * 20)::int)`,
  bigint: (column) => `${column} # (1 << floor(random() * 20)::int)`,
  smallint: (column) => `(${column} # (1 << floor(random() * 8)::int))::smallint`,
  boolean: (column) => `NOT ${column}`,
  'timestamp with time zone': (column) => `${column} + (1 << floor(random() * 30)::int) * interval '1 microsecond'`,
};

/** Tables that the checks answer for, and the columns that no event says anything about. */
const TABLES = ['events', 'leaves', 'heads', 'persons', 'outbox', 'evidence', 'checkpoints'];
const NOT_PROVEN = new Set(['persons.known_us', 'persons.step']);

interface Column {
  table: string;
  column: string;
  type: string;
}

describe('a single bit', () => {
  test('is found wherever it is flipped: in bytes, columns, evidence, commitments, checkpoints, tiles and bundles, a thousand times', async () => {
    const columns = (await sql<Column>(`SELECT table_name AS "table", column_name AS "column", data_type AS type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY ($1)`, [TABLES])).filter(({ table, column }) => !NOT_PROVEN.has(`${table}.${column}`));
    // Half of the flips go where most bits are: bytes, evidence, hashes.
    const heavy = columns.filter(({ type }) => type === 'bytea');
    const missed: string[] = [];
    for (let flip = 0; flip < 850; flip += 1) {
      const one = flip % 2 === 0 ? heavy[(flip / 2) % heavy.length] : columns[((flip - 1) / 2) % columns.length];
      if (one && !(await flipped(one))) missed.push(`${one.table}.${one.column}`);
    }
    const paths = await files();
    for (let flip = 0; flip < 150; flip += 1) if (!(await flippedFile(paths[flip % paths.length] ?? ''))) missed.push(paths[flip % paths.length] ?? '');
    expect(missed).toEqual([]);
  }, 900_000);
});

/** Flips a bit of one random row; whether the audit found it. A flip that a unique key refuses is tried on other rows. */
async function flipped({ table, column, type }: Column): Promise<boolean> {
  for (;;) {
    const [before] = await sql<{ ctid: string; value: unknown }>(`SELECT ctid::text, "${column}" AS value FROM ${table} WHERE "${column}" IS NOT NULL ORDER BY random() LIMIT 1`);
    if (!before) throw new Error(`${table}.${column} holds nothing`);
    await sql(`CREATE TABLE before_flip AS SELECT * FROM ${table} WHERE ctid = $1::tid`.replace('$1', `'${before.ctid}'`));
    const changed = await (type === 'bytea'
      ? sql<{ ctid: string }>(`UPDATE ${table} SET "${column}" = $2 WHERE ctid = $1::tid RETURNING ctid::text`, [before.ctid, oneBitOf(before.value as Buffer)])
      : sql<{ ctid: string }>(`UPDATE ${table} SET "${column}" = ${FLIPS[type]?.(`"${column}"`)} WHERE ctid = $1::tid RETURNING ctid::text`, [before.ctid])
    ).catch(() => []);
    const lines = changed[0] && (await world.audit({ folder: false, evidence: table === 'evidence' }));
    if (changed[0]) {
      await sql(`DELETE FROM ${table} WHERE ctid = $1::tid`, [changed[0].ctid]);
      await sql(`INSERT INTO ${table} SELECT * FROM before_flip`);
    }
    await sql('DROP TABLE before_flip');
    if (lines) return lines.length > 0;
  }
}

function oneBitOf(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  const bit = Math.floor(Math.random() * bytes.length * 8);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** The files to which the newest checkpoint commits: of partial tiles the widest. */
async function files(): Promise<string[]> {
  const all = await readdir(world.root, { recursive: true, withFileTypes: true });
  const widest = (entry: { parentPath: string; name: string }): boolean => !entry.parentPath.endsWith('.p') || all.every((other) => other.parentPath !== entry.parentPath || Number(other.name) <= Number(entry.name));
  return all.filter((entry) => entry.isFile() && !entry.parentPath.includes('other') && widest(entry)).map((entry) => join(entry.parentPath, entry.name));
}

async function flippedFile(path: string): Promise<boolean> {
  const before = await readFile(path);
  await writeFile(path, oneBitOf(before));
  const lines = await world.audit({ evidence: false }).catch((error: Error) => [error.message]);
  await writeFile(path, before);
  return lines.length > 0;
}
