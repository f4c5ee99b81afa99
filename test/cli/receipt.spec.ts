import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKeyring } from '#vault';
import { NEWSLETTER, someone } from '../setup/api.js';
import { packWorld, WHY, type PackWorld } from '../pack/world.js';
import { commandLine, type CommandLine, type Ended } from './command.js';

let world: PackWorld;
let cli: CommandLine;
let receipt: string;
let jws: string;
let event: { event: string; hash: string; index: string };

beforeAll(async () => {
  world = await packWorld();
  cli = await commandLine(world.api.fresh);
  const { body } = await world.api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, world.api.keys['consents:write']).expect(201);
  await world.publish();
  const read = (accept: string) => world.api.get(`/v1/receipts/${body.receipt}`, world.api.keys['audit:read'], { ...WHY, accept }).buffer(true).parse((res, done) => {
    const parts: Buffer[] = [];
    res.on('data', (part: Buffer) => parts.push(part)).on('end', () => done(null, Buffer.concat(parts).toString()));
  }).expect(200);
  receipt = (await read('application/ld+json')).body as string;
  jws = (await read('application/jose')).body as string;
  const { rows } = await world.api.fresh.pool.query<typeof event>(`SELECT e.event, encode(l.hash, 'hex') AS hash, l.idx AS index FROM events e JOIN leaves l USING (ledger, person, seq) WHERE e.event = $1`, [body.decisions[0].event]);
  event = rows[0] as typeof event;
});
afterAll(async () => {
  cli.close();
  await world.close();
});

const key = (): string => world.api.fresh.keyring.log.verifier;
function verify(text: string, ...more: string[]): Promise<Ended> {
  writeFileSync(join(cli.folder, 'receipt.json'), text);
  return cli.run(['verify', join(cli.folder, 'receipt.json'), ...(more.includes('--key') ? [] : ['--key', key()]), ...more]);
}

describe('samtycke verify, of a receipt', () => {
  test('says whose key signed it, and what is shown by it: which decision, under which text, at which line of the log', async () => {
    const { code, stdout, stderr } = await verify(receipt);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`holds  it is signed by the log’s key ${key().split('+', 2).join('+')}, letter for letter`);
    expect(stdout).toMatch(/newsletter: consent-granted, given, shown newsletter-signup 1\.3 \(sv\)/);
    expect(stdout).toContain(`event ${event.event}, log index ${event.index}, leaf hash ${event.hash}`);
    expect(stdout).toMatch(/^open {3}whether that line stands in the log/m);
  });

  test('takes the signature alone, and a file that was indented or ends in a line feed; without a key that of the installation here', async () => {
    for (const same of [jws, `${jws}\n`, JSON.stringify(JSON.parse(receipt), null, 2), `${receipt}\n`]) expect((await verify(same)).code).toBe(0);
    const { code, stdout } = await cli.run(['verify', join(cli.folder, 'receipt.json')]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('holds') });
  });

  const DOCUMENT = 'what stands in the file is not what was signed';
  test.each<[what: string, change: (text: string) => string, said: string]>([
    ['another text', (text) => text.replace('"newsletter-signup', '"newsletter-Signup').replace('1.3', '1.4'), DOCUMENT],
    ['a member that was added', (text) => text.replace('{', '{"dpv:hasNote":"x",'), DOCUMENT],
    ['a member that was taken out', (text) => text.replace(/"dct:created":"[^"]*",/, ''), DOCUMENT],
    ['a member that stands twice', (text) => text.replace('{', '{"dct:identifier":"x",'), 'a member stands twice'],
    ['a signature that was changed', (text) => text.replace(/"jws":"([^"]{200})(.)/, (_, before, letter) => `"jws":"${before}${letter === 'A' ? 'B' : 'A'}`), 'the signature is false'],
    ['no signature', (text) => text.replace(/,"jws":"[^"]*"/, ''), 'it bears no signature'],
  ])('fails with %s', async (_, change, said) => {
    const changed = change(receipt);
    expect(changed).not.toBe(receipt);
    const { code, stdout } = await verify(changed);
    expect(code).toBe(1);
    expect(stdout).toContain(`FAILS  `);
    expect(stdout).toContain(said);
    expect(stdout).not.toContain('So it is shown');
  });

  test('fails of another key, and names the one by which it says to be signed', async () => {
    const other = createKeyring(world.api.fresh.keyring.origin).log.verifier;
    const { code, stdout } = await verify(receipt, '--key', other);
    expect(code).toBe(1);
    expect(stdout).toContain(`FAILS  it says to be signed by ${key().split('+', 2).join('+')}, a key that you did not give`);
    expect((await verify(receipt, '--key', other, '--key', key())).code).toBe(0);
  });
});
