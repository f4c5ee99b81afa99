import type { Pool } from 'pg';
import { WHOLE_PERSON } from '#contracts';
import { commitment } from '#proof';
import { openEvidence, sha256, type EvidenceItem, type PersonKeys, type Place } from '#vault';
import { placeOf } from './person-fold.js';
import type { Problem } from './problem.js';
import { large, readPage, type ItemRow, type KeyRow, type Page } from './evidence-page.js';
import { AT, FIRST, type EventRow } from './rows.js';
import { atOneMoment } from './snapshot.js';

export interface EvidenceOptions {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
  /** The person where an earlier run stopped. */
  from?: string;
}

export interface EvidenceSink {
  problem(problem: Problem): void;
  /** After each page: how many items were opened, how many events it had, and from where a later run may go on. */
  page(items: number, events: number, next: string | undefined): Promise<void> | void;
}

/** The commitments in an event's text, by kind. They are flat, and stand only there under this name at the top. */
function commitmentsIn(text: string): Record<string, string> {
  const begin = text.indexOf('","evidence":{');
  if (begin < 0) return {};
  const at = begin + '","evidence":'.length;
  try {
    return JSON.parse(text.slice(at, text.indexOf('}', at) + 1)) as Record<string, string>;
  } catch {
    return {};
  }
}

interface Promised {
  row: EventRow;
  /** Kinds that were not opened yet, with their commitments. */
  open: Map<string, string>;
}

/** Yields what is wrong, and each large item that it has to be given next; tells how many were opened. */
type Opening = Generator<Problem | ItemRow, number, string | undefined>;

/** One person's evidence: what his events commit to, until all of them are read and the items can be held against them. */
class PersonEvidence {
  readonly promised = new Map<string, Promised>();
  erasedAt: number | undefined;

  constructor(
    readonly person: string,
    private readonly options: EvidenceOptions,
  ) {}

  take(row: EventRow): void {
    const commitments = Object.entries(commitmentsIn(row[AT.text]));
    if (commitments.length > 0) this.promised.set(row[AT.event], { row, open: new Map(commitments) });
    if (row[AT.type] === 'person-erased' && row[AT.purpose] === WHOLE_PERSON) this.erasedAt = Number(row[AT.index] ?? Infinity);
  }

  /** Opens what there is; tells what differs, and what is not there although nobody erased it. */
  *end(items: ItemRow[], stored: KeyRow | undefined, removed: number): Opening {
    if (this.erasedAt !== undefined) {
      if (this.erasedAt < removed && (items.length > 0 || stored)) yield { person: this.person, text: 'the person was erased, and the key or evidence still lies here' };
      return 0;
    }
    const key = this.keyOf(stored);
    let opened = 0;
    for (const item of items) {
      const promised = this.promised.get(item[1]);
      if (!promised) yield { person: this.person, text: `evidence lies here for an event ${item[1]} that the person has not, or that commits to none` };
      else opened += yield* this.open(item, promised, key);
    }
    for (const { row, open } of this.promised.values()) for (const kind of open.keys()) yield { ...placeOf(row), text: `its evidence ${kind} is not here, and nobody erased it` };
    return opened;
  }

  private keyOf(stored: KeyRow | undefined): Buffer | undefined {
    if (!stored) return undefined;
    try {
      return this.options.keys.unwrap(this.person, { master: stored[1], wrapped: Buffer.from(stored[2], 'hex') });
    } catch {
      return undefined;
    }
  }

  private *open(item: ItemRow, promised: Promised, key: Buffer | undefined): Opening {
    const { row, open } = promised;
    const [, event, kinds, small] = item;
    const names = kinds.split(',');
    for (const kind of names) if (!open.has(kind)) yield { ...placeOf(row), text: `evidence ${kind} lies here, and the event does not commit to it` };
    const sealed = key && (small ?? (yield item));
    const items = key && itemsIn(key, { ledger: this.options.origin, person: this.person, event }, kinds, Buffer.from(sealed ?? '', 'hex'));
    if (items) yield* wrongItems(items, promised);
    else yield { ...placeOf(row), text: key ? `its evidence ${kinds} cannot be opened: it was changed` : 'the person’s key is missing or was changed: nothing sealed with it can be opened' };
    for (const kind of names) open.delete(kind);
    return names.length;
  }
}

function* wrongItems(items: EvidenceItem[], { row, open }: Promised): Generator<Problem, void, string | undefined> {
  for (const { kind, random, item } of items) {
    const found = Buffer.from(commitment(sha256, random, item)).toString('hex');
    if (open.has(kind) && open.get(kind) !== found) yield { ...placeOf(row), text: `its evidence ${kind} is not what the event commits to` };
  }
}

function itemsIn(key: Buffer, place: Place, kinds: string, sealed: Buffer): EvidenceItem[] | undefined {
  try {
    return openEvidence(key, place, kinds, sealed);
  } catch {
    return undefined;
  }
}

function byPerson(items: ItemRow[]): Map<string, ItemRow[]> {
  const people = new Map<string, ItemRow[]>();
  for (const item of items) people.set(item[0], [...(people.get(item[0]) ?? []), item]);
  return people;
}

/** People one after the other, each held against his evidence when all of his events were read. */
class EvidenceCheck {
  private person: PersonEvidence | undefined;

  constructor(
    private readonly options: EvidenceOptions,
    private readonly sink: EvidenceSink,
  ) {}

  /** Tells how many items were opened. `read`: gives a large one. */
  async take({ events, items, keys, removed, next }: Page, read: (item: ItemRow) => Promise<string>): Promise<number> {
    const itemsOf = byPerson(items);
    const keyOf = new Map(keys.map((row) => [row[0], row]));
    let opened = 0;
    const end = async (): Promise<void> => {
      const { person } = this;
      this.person = undefined;
      if (person) opened += await this.tell(person.end(itemsOf.get(person.person) ?? [], keyOf.get(person.person), removed), read);
      if (person) itemsOf.delete(person.person);
    };
    for (const row of events) {
      if (this.person?.person !== row[AT.person]) {
        await end();
        this.person = new PersonEvidence(row[AT.person], this.options);
      }
      this.person?.take(row);
    }
    if (next === undefined) await end();
    for (const [person, event] of [...itemsOf.values()].flat()) this.sink.problem({ person, text: `evidence lies here for an event ${event}, and the person has none` });
    return opened;
  }

  private async tell(checking: Opening, read: (item: ItemRow) => Promise<string>): Promise<number> {
    for (let step = checking.next(); ; ) {
      if (step.done) return step.value;
      if (Array.isArray(step.value)) step = checking.next(await read(step.value));
      else {
        this.sink.problem(step.value);
        step = checking.next();
      }
    }
  }
}

/** Opens every evidence item of a ledger in use, and holds it against the commitment in its event. */
export async function checkEvidence(options: EvidenceOptions, sink: EvidenceSink): Promise<void> {
  const { pool, ledger } = options;
  const check = new EvidenceCheck(options, sink);
  let from = options.from ?? FIRST.person;
  for (let after: { person: string; seq: number } | undefined = { ...FIRST, person: from }; after; ) {
    const place = after;
    const begin = from;
    const [page, opened] = await atOneMoment(pool, async (client) => {
      const read = await readPage(client, ledger, begin, place);
      return [read, await check.take(read, (item) => large(client, ledger, item))] as const;
    });
    await sink.page(opened, page.events.length, page.next);
    const last = page.events.at(-1);
    from = page.next ?? from;
    after = page.next !== undefined && last ? { person: last[AT.person], seq: Number(last[AT.seq]) } : undefined;
  }
}
