import { compareProjections } from './compare.js';
import { PersonFold, type World } from './person-fold.js';
import type { Problem } from './problem.js';
import { AT, type HeadRow, type PersonRow } from './rows.js';
import { nowMicros, timeText } from '#ledger';
import { compareRegisters, noRegisters, RegisterFold } from './registers.js';
import { walk, type Page, type WalkOptions } from './walk.js';

/** What the check of events hands on as it goes. */
export interface EventsSink {
  problem(problem: Problem): void;
  /** After each page: how many events were checked, and the person from whom a later run may go on. */
  page(events: number, next: string | undefined): Promise<void> | void;
  /** Every person, when all of his events were folded. */
  person?(fold: PersonFold, page: PersonPage): void;
}

/** A person's projections as the database holds them. */
export interface PersonPage {
  row: PersonRow | undefined;
  heads: ReadonlyMap<string, HeadRow>;
}


const NO_HEADS: ReadonlyMap<string, HeadRow> = new Map();

function headsByPerson(rows: HeadRow[]): Map<string, Map<string, HeadRow>> {
  const people = new Map<string, Map<string, HeadRow>>();
  for (const row of rows) {
    const own = people.get(row[0]);
    if (own) own.set(row[1], row);
    else people.set(row[0], new Map([[row[1], row]]));
  }
  return people;
}

/** Folds each person, compares, and lets go of him: memory holds one page, however large the ledger. */
class Folding {
  private open: PersonFold | undefined;

  constructor(
    private readonly world: World,
    private readonly sink: EventsSink,
  ) {}

  take(page: Page): void {
    const held = new Held(page);
    for (const row of page.events) {
      if (row[AT.person] !== this.open?.person) {
        this.end(held);
        this.open = new PersonFold(row[AT.person], this.world, page.registers && new RegisterFold());
      }
      this.tell(this.open?.take(row, page.waiting.has(row)));
    }
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
    const own = held.take(fold.person);
    this.tell(compareProjections(fold, own.row, own.heads));
    this.tell(held.wrongRegisters(fold));
    this.sink.person?.(fold, own);
  }
}

/** What the tables hold of the people of a page; what nobody asks for is of people without an event. */
class Held {
  private readonly heads: Map<string, Map<string, HeadRow>>;
  private readonly rows: Map<string, PersonRow>;
  private readonly registers: Page['registers'];
  private readonly now = timeText(nowMicros());

  constructor({ heads, persons, registers }: Page) {
    this.heads = headsByPerson(heads);
    this.rows = new Map(persons.map((row) => [row[0], row]));
    this.registers = registers;
  }

  take(person: string): PersonPage {
    const held = { row: this.rows.get(person), heads: this.heads.get(person) ?? NO_HEADS };
    this.rows.delete(person);
    this.heads.delete(person);
    return held;
  }

  wrongRegisters(fold: PersonFold): Problem[] {
    const { registers, now } = this;
    if (!registers || !fold.registers) return [];
    const held = registers.of.get(fold.person) ?? noRegisters();
    return compareRegisters(fold.person, held, fold.registers.registers, { newest: fold.newest, next: registers.next, now });
  }

  strangers(): Problem[] {
    const persons = [...this.rows].map(([person, row]): Problem => ({ person, projection: 'persons', text: `the table persons counts ${row[2]} events, and there is none` }));
    const heads = [...this.heads.values()].flatMap((own) => [...own.values()]).map(([person, purpose, version]): Problem => ({ person, purpose, version: Number(version), projection: 'heads', text: 'the table heads has a row, and there is no event' }));
    return [...persons, ...heads];
  }
}

/**
 * Checks every event and every projection of a ledger in use: bytes against leaf hash, `prev`, numbers without gap, columns
 * against bytes, states against the fold. `from`: the person where an earlier run stopped.
 */
export async function checkEvents({ world, from, ...options }: WalkOptions & { world: World; from?: string }, sink: EventsSink): Promise<void> {
  const folding = new Folding(world, sink);
  for await (const page of walk(options, from)) {
    folding.take(page);
    await sink.page(page.events.length, page.next);
  }
}
