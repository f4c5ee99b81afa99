import { Readable } from 'node:stream';
import { nowMicros, readKeyChanges, timeText } from '#ledger';
import {
  canonicalBytes, CHECKPOINT, CONSISTENCY, earlierCheckpoint, eventsFile, inclusionFile, KEY_CHANGES, MANIFEST, OPENINGS, parseVerifier, signStatementBy, STATEMENT,
  type Manifest, type ManifestEntry, type Openings, type StatedChain,
} from '#proof';
import { sha256, signerOf } from '#vault';
import { aboutPack } from './about.js';
import type { PackContent } from './content.js';
import { demandSize } from './demand-size.js';
import { demandWhole } from './demand-whole.js';
import { openItems } from './open-items.js';
import { openablePeople } from './openable.js';
import type { DrawnItem } from './pdf/draw-pack.js';
import { proveChains } from './prove-chains.js';
import { readActs } from './read-acts.js';
import { readChains } from './read-chains.js';
import { readMails } from './read-mails.js';
import { readTexts } from './read-texts.js';
import type { PackRequest, PackSource } from './source.js';
import { VERIFY_GUIDE } from './verify-guide.js';
import { zipEntries, type ZipEntry } from './zip-entries.js';

interface Part extends ZipEntry {
  what: string;
}

/**
 * Reads and proves all that a pack needs, so that what can be refused is refused before the first byte is sent. Throws
 * Refusal as `readChains`, `demandSize` and `demandWhole` do. Of somebody erased no evidence is opened. Whoever calls notes
 * what `readingsOf` says before anything is shown.
 */
export async function preparePack(source: PackSource, asked: PackRequest): Promise<PackContent> {
  const chains = await readChains(source, asked);
  const openable = await openablePeople(source, chains, asked.person);
  const request = openable.size === 0 ? { ...asked, open: [] } : asked;
  await demandSize(source, openable, request);
  const proofs = await proveChains(source, chains, request.since);
  demandWhole(chains, proofs);
  const texts = await readTexts(source, chains);
  const [mails, acts] = [await readMails(source, chains, texts), await readActs(source, chains)];
  const about = aboutPack(source.origin, timeText(nowMicros()), chains, request.open, { mails, acts });
  const keyChanges = (await readKeyChanges(source.pool, source.ledger)).map(({ bytes }) => bytes);
  const signers = await source.signing.at('log', Date.parse(about.madeAt) / 1_000);
  return { source, request, openable, chains, proofs, texts, mails, acts, about, signers, keyChanges };
}

/** Whom the pack reads, and what of each: what a trace says (rule 30). Only what is opened of somebody is named with him. */
export function readingsOf({ about, openable, request: { open } }: PackContent): { person: string; what: string }[] {
  const opened = open === 'all' ? ', all evidence opened' : open.length > 0 ? `, opened: ${open.join(',')}` : '';
  return about.chains.map(({ person }) => ({ person, what: `evidence pack${openable.has(person) ? opened : ''}` }));
}

const LINE_FEED = Buffer.from('\n');
const json = (value: unknown): Uint8Array => canonicalBytes(JSON.parse(JSON.stringify(value)));

function* logParts({ chains, proofs, keyChanges }: PackContent): Generator<Part> {
  yield { name: CHECKPOINT, bytes: Buffer.from(chains.signed), what: 'the signed state of the log under which everything here is proven' };
  for (const { size, signed } of proofs.companions) yield { name: earlierCheckpoint(size), bytes: Buffer.from(signed), what: `the signed state of the log when it had ${size} events` };
  yield { name: CONSISTENCY, bytes: json(proofs.consistency), what: 'that each of these states is the beginning of the next' };
  if (keyChanges.length > 0) yield { name: KEY_CHANGES, bytes: Buffer.concat(keyChanges.flatMap((bytes) => [bytes, LINE_FEED])), what: 'each change of a key that signs the log, signed by the key before it' };
  for (const { person, events } of chains.chains) {
    yield { name: eventsFile(person), bytes: Buffer.concat(events.flatMap(({ bytes }) => [bytes, LINE_FEED])), what: `${events.length === 1 ? 'the one event' : `the ${events.length} events`} of ${person}, as they were hashed` };
    yield { name: inclusionFile(person), bytes: json(proofs.inclusion.get(person)), what: 'where these events stand in the log' };
  }
}

function* textParts({ texts, mails, about }: PackContent): Generator<Part> {
  for (const { name, bytes, said } of texts.notices) yield { name, bytes, what: `the text ${said}, exactly as it was shown` };
  for (const { name, bytes, id } of texts.definitions) yield { name, bytes, what: `what the purpose ${id} meant` };
  for (const { name, text, event } of mails) yield { name, bytes: Buffer.from(text), what: `the mail that asked for the confirmation of ${event}, written again; not proven` };
  yield { name: 'about.json', bytes: json(about), what: 'what the pack is about, what is stated without proof, and what is not in it' };
  yield { name: 'VERIFY.md', bytes: VERIFY_GUIDE, what: 'how to verify this pack' };
}

const isText = (kind: string): boolean => !kind.startsWith('file');

async function* evidenceParts({ source, request, openable, chains }: PackContent, opened: DrawnItem[]): AsyncGenerator<Part> {
  for (const chain of chains.chains.filter(({ person }) => openable.has(person))) {
    for await (const { opening, item } of openItems(source, chain, request.open)) {
      opened.push({ opening, bytes: item.length, ...(isText(opening.kind) && { text: item.toString('utf8') }) });
      yield { name: opening.file, bytes: item, what: `evidence of ${opening.event}: ${opening.kind}` };
    }
  }
  if (opened.length > 0) yield { name: OPENINGS, bytes: json({ items: opened.map(({ opening }) => opening) } satisfies Openings), what: 'the random bytes that open the commitments of this evidence' };
}

async function* parts(content: PackContent): AsyncGenerator<Part> {
  yield* logParts(content);
  yield* textParts(content);
  const opened: DrawnItem[] = [];
  yield* evidenceParts(content, opened);
  const { drawPack } = await import('./pdf/draw-pack.js'); // large, and of no use to a program that makes no pack
  yield { name: 'proof.pdf', bytes: await drawPack(content, opened), what: 'the same for reading' };
}

const hex = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('hex');

function statementOf({ source, chains, about, signers }: PackContent, manifest: Uint8Array): Uint8Array {
  const { size, root } = chains.checkpoint;
  const stated = chains.chains.map(({ person, kind, events }): StatedChain => ({ person, kind, events: events.length, last: events.at(-1)?.hash ?? '' }));
  const statement = { ledger: source.origin, madeAt: about.madeAt, size, root, chains: stated, manifest: hex(manifest) };
  return Buffer.from(signStatementBy(statement, signers.map(({ verifier, privateKey }) => ({ verifier: parseVerifier(sha256, verifier), sign: signerOf(privateKey) }))));
}

/** The files of a pack in order; the manifest names them all, and the signed statement, last, names the manifest. */
export async function* packFiles(content: PackContent): AsyncGenerator<ZipEntry> {
  const files: ManifestEntry[] = [];
  for await (const { name, bytes, what } of parts(content)) {
    files.push({ name, sha256: hex(bytes), size: bytes.length, what });
    yield { name, bytes };
  }
  const manifest = json({ format: 1, files } satisfies Manifest);
  yield { name: MANIFEST, bytes: manifest };
  yield { name: STATEMENT, bytes: statementOf(content, manifest) };
}

/** The pack as one zip file, made while it is read; nothing of it is stored. */
export const streamPack = (content: PackContent): Readable => Readable.from(zipEntries(packFiles(content), new Date(content.about.madeAt)), { objectMode: false });

/** What the file is called. */
export const packName = ({ request, about }: PackContent): string => `proof-${request.person}-${about.madeAt.slice(0, 10)}.zip`;
