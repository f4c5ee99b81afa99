import { describe, expect, test } from '@jest/globals';
import { createKeyring, sha256, signerOf, checkEd25519 } from '#vault';
import { openCheckpoint } from '../checkpoint.js';
import { parseVerifier } from '../signed-note.js';
import { openStatement, parseStatement, signStatement, statementText, type Statement } from './statement.js';

const keyring = createKeyring('consent.example.test/ledger');
const log = parseVerifier(sha256, keyring.log.verifier);
const person = '3f0a5f1e-0b8f-4c61-9d5e-2f6f9b1f7a10';
const statement: Statement = {
  ledger: keyring.origin, madeAt: '2026-11-25T12:00:00.000000Z', size: 17, root: new Uint8Array(32).fill(7),
  chains: [{ person, kind: 'person', events: 4, last: 'ab'.repeat(32) }], manifest: 'cd'.repeat(32),
};
const signed = signStatement(statement, log, signerOf(keyring.log.privateKey));

describe('the statement of a pack', () => {
  test('is read back as it was signed', () => {
    expect(openStatement(signed, log, checkEd25519)).toEqual(statement);
  });

  test('has one way to be written: every other text is none', () => {
    const text = statementText(statement);
    const others = ['', '\n', text.trimEnd(), ` ${text}`, text.replace('tree 17', 'tree 017'), text.replace('events 4', 'events 04'), text.replace('events 4', 'events 0'), text.replace('person events', 'robot events'), text.replace(/ab/g, 'AB'), text.replace('Any other', 'No other'), text.replace('holder', 'holders'), `${text}x\n`, text.replace(/^holder.*\n/m, ''), text.replace(/^(holder.*\n)/m, '$1$1')];
    for (const other of others) expect(() => parseStatement(other)).toThrow(RangeError);
  });

  test('is signed by the log’s key, about the log’s own ledger, and is never a checkpoint', () => {
    const other = createKeyring('consent.example.test/ledger');
    expect(() => openStatement(signed, parseVerifier(sha256, other.log.verifier), checkEd25519)).toThrow('not signed by the key');
    const foreign = createKeyring('consent.elsewhere.test/ledger');
    expect(() => openStatement(signed, parseVerifier(sha256, foreign.log.verifier), checkEd25519)).toThrow('is about consent.example.test/ledger');
    expect(() => openStatement(signed.replace('tree 17', 'tree 18'), log, checkEd25519)).toThrow('not signed by the key');
    expect(() => openCheckpoint(signed, log, checkEd25519)).toThrow(RangeError);
  });
});
