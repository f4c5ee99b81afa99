import { TIMED_TYPES, TIMER_KINDS, timersAfter } from '#consent';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { GrantFold, type Given } from './grants.js';
import type { Problem } from './problem.js';
import { rowText } from './row-text.js';

/** What the worker keeps of a person beside the states, each a fold of his events: rows by their key. */
export interface Registers {
  /** By the event that asked. Times in the ledger's form. */
  rights: Map<string, string>;
  /** Whom he was merged into; at most one row. */
  merges: Map<string, string>;
  /** By purpose and kind: the event and the time at which it ends. */
  timers: Map<string, string>;
  /** Devices of his. */
  links: Map<string, string>;
  /** Consents by purpose and version: under what they were given, and what ended them. */
  grants: Map<string, string>;
}

export const REGISTERS = ['rights', 'merges', 'timers', 'links', 'grants'] as const;
export type Register = (typeof REGISTERS)[number];

/** The worker's job that keeps each register: what it has not come to yet is not compared. */
export const JOBS: Record<Register, string> = { rights: 'rights', merges: 'merges', timers: 'timers', links: 'linked-devices', grants: 'grants' };

export const noRegisters = (): Registers => ({ rights: new Map(), merges: new Map(), timers: new Map(), links: new Map(), grants: new Map() });

/** Of somebody of whom nothing is kept; never written to. */
export const NO_REGISTERS: Registers = noRegisters();

type Event = Given & Partial<Pick<LedgerEvent, 'causes' | 'request'>>;

const timed: ReadonlySet<string> = new Set(TIMED_TYPES);

/** Keeps the registers of one person as the worker does. */
export class RegisterFold {
  private readonly grants = new GrantFold();
  /** Most people have rows in none of them but the consents: a register is made with its first row. */
  readonly registers: Registers = { rights: NO_REGISTERS.rights, merges: NO_REGISTERS.merges, timers: NO_REGISTERS.timers, links: NO_REGISTERS.links, grants: this.grants.rows };
  /** The holder's kind, from his first event. */
  kind = '';
  /** Requests by which a right was asked for. */
  private readonly askedBy = new Map<string, string>();

  /** `noted`: `consent` has it already, or it is the canary's, whose consents nobody notes. */
  take(purpose: string, event: Event, noted = false): void {
    if (timed.has(event.type)) this.time(purpose, event);
    if (event.type === 'right-requested' || event.type === 'right-closed') this.right(event);
    if (purpose === WHOLE_PERSON) this.people(event);
    if (!noted) this.consent(purpose, event);
  }

  /** Takes an event only as far as consents go by it: for one whose stream and timer a later event makes anew. */
  consent(purpose: string, event: Given): void {
    this.grants.take(this.kind, purpose, event);
  }

  private put(register: Register, key: string, row: string): void {
    const { registers } = this;
    if (registers[register] === NO_REGISTERS[register]) registers[register] = new Map();
    registers[register].set(key, row);
  }

  private time(purpose: string, event: Event): void {
    const { timers } = this.registers;
    const after = timersAfter({ type: event.type, purpose, fact: event.fact, after: event.after });
    for (const kind of TIMER_KINDS) {
      const timer = after[kind];
      if (timer === 'stays' || (timer === 'gone' && timers.size === 0)) continue;
      const key = rowText(purpose, kind);
      if (timer === 'gone') timers.delete(key);
      else if (this.endOf(key) !== timer.until) this.put('timers', key, rowText(event.event, timer.until));
    }
  }

  /** An event that goes on with an end is not the one that set it. */
  private endOf(key: string): string | undefined {
    return this.registers.timers.get(key)?.split('\n')[1];
  }

  private right({ type, event, recordedAt, fact, causes, request = '' }: Event): void {
    const { rights } = this.registers;
    const { right, due, outcome } = (fact ?? {}) as { right?: string; due?: string; outcome?: string };
    if (type === 'right-requested') {
      this.askedBy.set(request, event);
      this.put('rights', event, rowText(right, recordedAt, due, '', ''));
      return;
    }
    const asked = causes?.[0] ?? this.askedBy.get(request) ?? '';
    const open = rights.get(asked)?.split('\n');
    if (open && open[3] === '') rights.set(asked, rowText(open[0], open[1], open[2], recordedAt, outcome));
  }

  /** What was open is closed by the erasure. */
  private erased({ recordedAt }: Event): void {
    const { rights, links } = this.registers;
    links.clear();
    for (const [asked, row] of rights) {
      const [right, askedAt, due, closedAt] = row.split('\n');
      if (closedAt === '') rights.set(asked, rowText(right, askedAt, due, recordedAt, 'erased'));
    }
  }

  private people(event: Event): void {
    const { type, fact } = event;
    const { other, role } = (fact ?? {}) as { other?: string; role?: string };
    const { merges } = this.registers;
    if (type === 'person-erased') this.erased(event);
    if (other === undefined) return;
    if (type === 'person-merged' && role === 'from') this.put('merges', '', other);
    if (type === 'person-split' && role === 'from') merges.delete('');
    if (type === 'person-linked' && role === 'device') this.put('links', other, '');
  }
}

/** What of a timer's row still lies ahead: one that is due may be under way, or done. */
const ahead = (rows: Map<string, string>, now: string): Map<string, string> => (rows.size === 0 ? rows : new Map([...rows].filter(([, row]) => (row.split('\n')[1] ?? '') > now)));

/** The keys of a register that are not what the fold says. */
export function wrongIn(register: Register, held: Registers, folded: Registers, now: string): string[] {
  const [one, other] = register === 'timers' ? [ahead(held.timers, now), ahead(folded.timers, now)] : [held[register], folded[register]];
  const wrong: string[] = [];
  for (const [key, row] of one) if (other.get(key) !== row) wrong.push(key);
  for (const key of other.keys()) if (!one.has(key)) wrong.push(key);
  return wrong;
}

/** Whether the worker has yet to come to somebody's newest event with a register: it is not compared. `next`: the index up to which each job has worked. */
export const isBehind = (register: Register, { newest }: { newest: number }, { next }: { next: Record<Register, number> }): boolean => newest >= next[register];

/** Holds one person's registers against the fold of his events. */
export function compareRegisters(person: string, held: Registers, folded: Registers, at: { newest: number; next: Record<Register, number>; now: string }): Problem[] {
  return REGISTERS.filter((register) => !isBehind(register, at, at)).flatMap((register) =>
    wrongIn(register, held, folded, at.now).map((key): Problem => ({ person, ...placeIn(register, key), projection: register, text: `the table ${register} is not what the events say${register === 'rights' || register === 'links' ? ` (${key})` : ''}` })),
  );
}

/** What the key of a row says about its place. */
function placeIn(register: Register, key: string): Partial<Problem> {
  const [purpose = '', version] = key.split('\n');
  if (register === 'grants') return { purpose, version: Number(version) };
  return register === 'timers' ? { purpose } : {};
}
