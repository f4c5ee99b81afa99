import type { LedgerEvent } from '#contracts';
import { toHex } from '../base64.js';
import { canonicalText } from '../canonical.js';
import { leafHash } from '../hash.js';
import { eventsFile, type PackFiles } from './layout.js';
import { need, textOf } from './read-file.js';
import type { Findings, Primitives, Where } from './report.js';
import type { StatedChain, Statement } from './statement.js';

/** An event of the pack, as it was hashed, and where it stands. */
export interface PackedEvent {
  bytes: Uint8Array;
  event: LedgerEvent;
  leaf: Uint8Array;
  where: Where & { seq: number };
}

const LINE_FEED = 0x0a;

/** The lines of a file whose last one is ended, too. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let begin = 0, end = bytes.indexOf(LINE_FEED); end >= 0; begin = end + 1, end = bytes.indexOf(LINE_FEED, begin)) lines.push(bytes.subarray(begin, end));
  const ended = lines.reduce((sum, line) => sum + line.length + 1, 0);
  if (ended !== bytes.length) throw new RangeError('the last line is cut');
  return lines;
}

function eventOf(bytes: Uint8Array): LedgerEvent | undefined {
  try {
    const text = textOf(bytes);
    const event = JSON.parse(text) as LedgerEvent;
    return canonicalText(event) === text && event.v === 1 ? event : undefined;
  } catch {
    return undefined;
  }
}

const whereOf = ({ person, purpose, version, seq }: LedgerEvent): PackedEvent['where'] => ({ person, purpose, version, seq });

/** One person's chain, followed from its first event. */
class Chain {
  readonly events: PackedEvent[] = [];
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly found: Findings,
    private readonly primitives: Primitives,
    private readonly ledger: string,
    private readonly person: string,
  ) {}

  take(bytes: Uint8Array, line: number): void {
    const event = eventOf(bytes);
    if (!event) return this.found.fails(`line ${line} is no event of format 1`, { person: this.person, seq: line });
    const where = whereOf(event);
    for (const wrong of [this.foreign(event), this.gap(event), this.link(event)]) if (wrong) this.found.fails(wrong, where);
    this.versions.set(event.purpose, event.version);
    this.events.push({ bytes, event, leaf: leafHash(this.primitives.sha256, bytes), where });
  }

  private foreign({ person, ledger }: LedgerEvent): string | undefined {
    if (ledger !== this.ledger) return `an event of the ledger ${ledger} was slipped in`;
    return person === this.person ? undefined : `an event of another person was slipped into the chain of ${this.person}`;
  }

  private gap({ seq, purpose, version }: LedgerEvent): string | undefined {
    const expected = (this.events.at(-1)?.where.seq ?? 0) + 1;
    if (seq !== expected) return `event ${expected} is missing or was moved: here stands event ${seq}`;
    const next = (this.versions.get(purpose) ?? 0) + 1;
    return version === next ? undefined : `version ${next} of the purpose is missing`;
  }

  private link({ prev, recordedAt }: LedgerEvent): string | undefined {
    const before = this.events.at(-1);
    if (prev !== (before && toHex(before.leaf))) return 'the event does not name the hash of the event before it: one of the two was changed, moved or removed';
    return before && before.event.recordedAt >= recordedAt ? 'the event claims to be recorded before the one that it follows' : undefined;
  }
}

function checkEnd(found: Findings, { person, kind, events, last }: StatedChain, packed: PackedEvent[]): void {
  const end = packed.at(-1);
  const where = { person, seq: Math.min(events, packed.length) + 1 };
  if (packed.length < events) found.fails(`the signed statement speaks of ${events} events, the pack has ${packed.length}: some were left out`, where);
  else if (packed.length > events) found.fails(`the signed statement speaks of ${events} events, the pack has ${packed.length}: some were added`, where);
  else if (end && toHex(end.leaf) !== last) found.fails('the last event is not the one of which the signed statement speaks', end.where);
  if (end && end.event.kind !== kind) found.fails(`the statement speaks of a ${kind}, the events of a ${end.event.kind}`, end.where);
}

/** Every chain of the pack: bytes, numbers, versions, links, and that it ends where the statement says. */
export function checkChains(found: Findings, files: PackFiles, primitives: Primitives, { ledger, chains }: Statement): Map<string, PackedEvent[]> {
  const all = new Map<string, PackedEvent[]>();
  for (const stated of chains) {
    const { person } = stated;
    found.check(
      `the events of ${person}`,
      () => {
        const chain = new Chain(found, primitives, ledger, person);
        all.set(person, chain.events);
        linesOf(need(files, eventsFile(person))).forEach((line, at) => chain.take(line, at + 1));
        checkEnd(found, stated, chain.events);
        return chain.events;
      },
      (events) => `the chain of ${person} is whole: events 1 to ${events.length}, each naming the hash of the one before, no version of a purpose missing`,
    );
  }
  return all;
}
