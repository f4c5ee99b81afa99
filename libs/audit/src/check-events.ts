import { compareProjections } from './compare.js';
import { PersonFold, type World } from './person-fold.js';
import type { Problem } from './problem.js';
import { sameBytesAt, type CopiedRows } from './copied-rows.js';
import type { NamedTexts } from './named-texts.js';
import { AT, headRow, personRow, type HeadRow, type PersonRow } from './rows.js';
import { nowMicros, timeText } from '#ledger';
import { compareRegisters, isBehind, NO_REGISTERS, RegisterFold, REGISTERS, type Register } from './registers.js';
import { walk, type Page, type WalkOptions } from './walk.js';

/** What the check of events hands on as it goes. */
export interface EventsSink {
  problem(problem: Problem): void;
  /** After each page: how many events were checked, and the person from whom a later run may go on. */
  page(events: number, next: string | undefined): Promise<void> | void;
  /** Every person, when all of his events were folded. */
  person?(fold: PersonFold, page: PersonPage): void;
  /** A register that was not compared of a person: the worker has not come to his last event. */
  behind?(register: Register): void;
}

/** A person's projections as the database holds them. */
export interface PersonPage {
  row: PersonRow | undefined;
  heads: ReadonlyMap<string, HeadRow>;
}

/** Folds each person, compares, and lets go of him: memory holds one page, however large the ledger. */
class Folding {
  private open: PersonFold | undefined;

  constructor(
    private readonly world: World,
    private readonly sink: EventsSink,
    private readonly texts: NamedTexts | undefined,
  ) {}

  take(page: Page): void {
    const held = new Held(page);
    const { events, waiting } = page;
    for (let row = 0; row < events.count; row += 1) {
      if (!this.open || !isOf(events, row, this.open)) {
        this.end(held);
        this.open = new PersonFold(events.uuid(row, AT.person), this.world, page.registers && new RegisterFold());
      }
      this.tell(this.open.take(events, row, waiting.has(row)));
      this.texts?.take(events, row);
    }
    this.tell(this.open?.settleAll());
    if (page.next === undefined) this.end(held);
    this.tell(held.strangers());
  }

  private tell(problems: Problem[] = []): void {
    for (const problem of problems) this.sink.problem(problem);
  }

  private end(held: Held): void {
    const fold = this.open;
    this.open = undefined;
    if (!fold) return;
    this.tell(fold.settleAll());
    const own = held.take(fold.person);
    this.tell(compareProjections(fold, own.row, own.heads));
    this.tell(held.wrongRegisters(fold, (register) => this.sink.behind?.(register)));
    this.sink.person?.(fold, own);
  }
}

/** Whether an event is of the person whose events are being folded: those of the row before it. */
const isOf = (events: CopiedRows, row: number, { person }: PersonFold): boolean =>
  row === 0 ? events.uuid(0, AT.person) === person : sameBytesAt(events.buffer, events.begin(row, AT.person), events.buffer, events.begin(row - 1, AT.person), 16);

/** The rows of one table in order of the person, handed out person by person. */
class ByPerson<Row> {
  private at = 0;
  readonly strangers: Row[] = [];

  constructor(
    private readonly rows: CopiedRows,
    private readonly read: (rows: CopiedRows, row: number, person: string) => Row,
  ) {}

  /** Those of a person; what stands before him is nobody's of whom there are events. */
  take(person: string): Row[] {
    const { rows, read } = this;
    const own: Row[] = [];
    for (; this.at < rows.count; this.at += 1) {
      const of = rows.uuid(this.at, 0);
      if (of > person) break;
      (of === person ? own : this.strangers).push(read(rows, this.at, of));
    }
    return own;
  }
}

/** What the tables hold of the people of a page; what nobody asks for is of people without an event. */
const BEHIND_ALL = 'g';

class Held {
  private readonly heads: ByPerson<HeadRow>;
  private readonly rows: ByPerson<PersonRow>;
  private readonly registers: Page['registers'];
  private readonly now = timeText(nowMicros());

  constructor({ heads, persons, registers }: Page) {
    this.heads = new ByPerson(heads, headRow);
    this.rows = new ByPerson(persons, personRow);
    this.registers = registers;
  }

  take(person: string): PersonPage {
    return { row: this.rows.take(person)[0], heads: new Map(this.heads.take(person).map((row) => [row[1], row])) };
  }

  wrongRegisters({ person, newest, registers: fold }: PersonFold, behind: (register: Register) => void): Problem[] {
    const { registers, now } = this;
    if (!registers || !fold) return [];
    const held = registers.of.get(person) ?? NO_REGISTERS;
    registers.of.delete(person);
    for (const register of REGISTERS) if (isBehind(register, { newest }, registers)) behind(register);
    return compareRegisters(person, held, fold.registers, { newest, next: registers.next, now });
  }

  strangers(): Problem[] {
    for (const rest of [this.rows, this.heads]) rest.take(BEHIND_ALL);
    const persons = this.rows.strangers.map(([person, , seq]): Problem => ({ person, projection: 'persons', text: `the table persons counts ${seq} events, and there is none` }));
    const heads = this.heads.strangers.map(([person, purpose, version]): Problem => ({ person, purpose, version: Number(version), projection: 'heads', text: 'the table heads has a row, and there is no event' }));
    return [...persons, ...heads, ...this.strangersInRegisters()];
  }

  /** Those whom no fold has taken: no event of theirs has yet to be worked on. */
  private strangersInRegisters(): Problem[] {
    const { registers, now } = this;
    if (!registers) return [];
    return [...registers.of].flatMap(([person, held]) => compareRegisters(person, held, NO_REGISTERS, { newest: -1, next: registers.next, now }));
  }
}

/**
 * Checks every event and every projection of a ledger in use: bytes against leaf hash, `prev`, numbers without gap, columns
 * against bytes, states against the fold; with `texts` whether what they name is kept. `from`: the person where an earlier run stopped.
 */
export async function checkEvents({ world, from, texts, ...options }: WalkOptions & { world: World; from?: string; texts?: NamedTexts }, sink: EventsSink): Promise<void> {
  const folding = new Folding(world, sink, texts);
  for await (const page of walk(options, from)) {
    folding.take(page);
    for (const problem of (await texts?.settle()) ?? []) sink.problem(problem);
    await sink.page(page.events.count, page.next);
  }
}
