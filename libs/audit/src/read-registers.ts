import type { PoolClient } from 'pg';
import { CopiedRows } from './copied-rows.js';
import { JOBS, noRegisters, REGISTERS, type Register, type Registers } from './registers.js';
import { rowText } from './row-text.js';
import { people, type People } from './rows.js';
import { textRows } from './snapshot.js';

/** The registers of some people as the database holds them, and how far the worker has come with each. */
export interface HeldRegisters {
  of: Map<string, Registers>;
  next: Record<Register, number>;
}

type Row = [person: string, key: string, ...values: (string | null)[]];

/** Those with few rows. */
type Small = Exclude<Register, 'grants'>;
const SMALL = REGISTERS.filter((register): register is Small => register !== 'grants');
const SELECT: Record<Small, string> = {
  rights: 'person, event, "right", asked_at, due, closed_at, outcome',
  merges: `person, '' AS key, into_person`,
  timers: 'person, purpose || chr(10) || kind AS key, event, until',
  links: `person, device, '' AS nothing`,
};
/** PostgreSQL's `2026-11-22 10:00:00.5+00` in the ledger's form, `2026-11-22T10:00:00.500000Z`. */
function ledgerTime(text: string): string {
  const [moment = ''] = text.split('+', 1);
  const day = moment.slice(0, 10);
  return `${day}T${moment.slice(11, 19)}.${moment.slice(20).padEnd(6, '0')}Z`;
}

const time = (value: string | null | undefined): string => (value ? ledgerTime(value) : '');
const TEXT: Record<Small, (values: (string | null)[]) => string> = {
  rights: ([right, asked, due, closed, outcome]) => rowText(right, time(asked), time(due), time(closed), outcome),
  merges: ([into]) => rowText(into),
  timers: ([event, until]) => rowText(event, time(until)),
  links: () => '',
};

const GRANTS = 'person, purpose, version, kind, event, granted_at, recorded_at, notice, notice_version, locale, context, method, point, valid_until, ended_at, ended_by';

/** Consents are as many as events: read as those are. */
async function readGrants(client: PoolClient, ledger: number, some: People, of: Map<string, Registers>): Promise<void> {
  const rows = await new CopiedRows(16).copy(client, `SELECT ${GRANTS} FROM grants WHERE ${people.literal(ledger, some)} ORDER BY person, purpose, version`);
  for (let row = 0; row < rows.count; row += 1) {
    const person = rows.uuid(row, 0);
    const own = of.get(person) ?? noRegisters();
    const given = rowText(rows.text(row, 3), rows.uuid(row, 4), rows.moment(row, 5), rows.moment(row, 6), ...[7, 8, 9, 10, 11, 12].map((column) => rows.textOrNull(row, column)));
    own.grants.set(rowText(rows.text(row, 1), String(rows.int(row, 2))), rowText(given, rows.momentOrNull(row, 13), rows.momentOrNull(row, 14), rows.textOrNull(row, 15)));
    of.set(person, own);
  }
}

export async function readRegisters(client: PoolClient, ledger: number, some: People): Promise<HeldRegisters> {
  const held: HeldRegisters = { of: new Map(), next: { rights: 0, merges: 0, timers: 0, links: 0, grants: 0 } };
  for (const register of SMALL) {
    const text = `SELECT ${SELECT[register]} FROM ${register} WHERE ${people.range}`;
    for (const [person, key, ...values] of await textRows<Row>(client, `audit-${register}`, text, [ledger, ...people.values(some)])) {
      const own = held.of.get(person) ?? noRegisters();
      own[register].set(key, TEXT[register](values));
      held.of.set(person, own);
    }
  }
  await readGrants(client, ledger, some, held.of);
  const cursors = await textRows<[string, string]>(client, 'audit-cursors', 'SELECT role, next FROM leases WHERE ledger = $1', [ledger]);
  const next = new Map(cursors.map(([role, at]) => [role, Number(at)]));
  for (const register of REGISTERS) held.next[register] = next.get(JOBS[register]) ?? 0;
  return held;
}
