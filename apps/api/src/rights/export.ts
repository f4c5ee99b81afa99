import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { isGone, Refusal } from '#ledger';
import { openEvidence, PersonKeys } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { FileTurn } from '../evidence/uploads.js';
import { PeopleTables, type KnownIdentifier } from '../people/people-tables.js';
import type { PersonAnswer } from '#people';
import { PersonConsents } from '../people/person-consents.js';

/** Evidence of one event in clear; a file is named by its size, and fetched by itself. */
export interface OpenedEvidence {
  event: string;
  kind: string;
  value?: string;
  bytes: number;
}

/** All that is held on one person (GDPR 15): nothing of it is kept elsewhere by the ledger. */
export interface Held {
  person: string;
  kind: string;
  madeAt: string;
  controllers: unknown;
  identifiers: KnownIdentifier[];
  consents: PersonAnswer['consents'];
  /** What stands above every choice now; absent where nothing does. */
  whole?: PersonAnswer['whole'];
  devices: string[];
  /** Each with the address that it went to, by its id, as long as that can be told. */
  mails: { kind: string; event: string; sentAt: string; identifier?: string }[];
  reads: { readAt: string; reader: string; what: string; reason: string }[];
  evidence: OpenedEvidence[];
  events: LedgerEvent[];
  /** Who gets data, and the rights and statutory exceptions that the policy names. */
  recipients: unknown;
  rights: unknown;
  exceptions: unknown;
}

interface EvidenceRow {
  event: string;
  kinds: string;
  sealed: Buffer;
  master: string;
  wrapped: Buffer;
}

const SEALED = `
SELECT v.event, v.kinds, v.sealed, k.master, k.wrapped FROM person_keys k, evidence v
WHERE k.ledger = $1 AND k.person = $2 AND v.ledger = $1 AND v.person = $2`;
const HAS_FILE = `v.kinds ~ '(^|,)file(-\\d+)?(,|$)'`;
const TEXTS = `${SEALED} AND NOT ${HAS_FILE}`;
const WITH_FILES = `SELECT v.event FROM evidence v WHERE v.ledger = $1 AND v.person = $2 AND ${HAS_FILE} ORDER BY v.event`;
const ONE = `${SEALED} AND v.event = $3`;
const GONE = `SELECT ${isGone('$2')} AS gone`;
const DEVICES = 'SELECT device FROM links WHERE ledger = $1 AND person = $2 ORDER BY device';
const MAILS = `
SELECT m.kind, m.event, m.sent_at, l.identifier FROM mails m
LEFT JOIN mail_links l ON l.ledger = m.ledger AND l.person = m.person AND l.kind = m.kind AND l.reference = m.event
WHERE m.ledger = $1 AND m.person = $2 ORDER BY m.sent_at`;
export const READINGS_OF_PERSON = 'SELECT read_at, reader, what, reason FROM reads WHERE ledger = $1 AND person = $2 ORDER BY read_at';

/** A mail that asks for a confirmation goes to the address that was given. */
function withAddress(mail: Held['mails'][number], events: readonly LedgerEvent[]): Held['mails'][number] {
  const identifier = mail.identifier ?? events.find(({ event }) => event === mail.event)?.viaId;
  return { ...mail, ...(identifier && { identifier }) };
}

const isFile = (kind: string): boolean => /^file(-\d+)?$/.test(kind);

/** Gathers what is held on people. */
@Injectable()
export class HeldOnPeople {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly origin: string,
    private readonly keys: PersonKeys,
    private readonly tables: PeopleTables,
    private readonly consents: PersonConsents,
    private readonly catalogue: CurrentCatalogue,
    private readonly turn: FileTurn,
  ) {}

  /** Throws Refusal 410 once the person was erased, whatever is still to be removed of him: also where the call itself was taken before. */
  async gather(person: string): Promise<Held> {
    const { rows: [found] } = await this.pool.query<{ gone: boolean }>(GONE, [this.ledger, person]);
    if (found?.gone) throw new Refusal(410, 'person_erased', 'this person was erased; what is left of him is not shown any more');
    const document = this.catalogue.get().document as { controllers?: unknown; recipients?: unknown; rights?: { id: string; exceptions?: string[] }[] };
    const { kind, consents, whole } = await this.consents.read(person, {});
    const everybody = [person, ...(await this.tables.parts(person))];
    const ofAll = async <T>(read: (one: string) => Promise<T[]>): Promise<T[]> => (await Promise.all(everybody.map(read))).flat();
    const [identifiers, events, evidence, devices, mails, reads] = await Promise.all([
      ofAll((one) => this.tables.identifiers(one)), ofAll((one) => this.tables.events(one)), ofAll((one) => this.evidence(one)), ofAll((one) => this.devices(one)), ofAll((one) => this.mails(one)), ofAll((one) => this.reads(one)),
    ]);
    const rights = document.rights ?? [];
    const exceptions = rights.filter((right) => right.exceptions).map(({ id, exceptions: of }) => ({ right: id, exceptions: of }));
    return { person, kind, madeAt: new Date().toISOString(), controllers: document.controllers, identifiers, consents, ...(whole && { whole }), devices, mails: mails.map((mail) => withAddress(mail, events)), reads, evidence, events, recipients: document.recipients, rights, exceptions };
  }

  /** Files lie in memory one event's at a time, and in this process one after the other: of each only its size is told. */
  private async evidence(person: string): Promise<OpenedEvidence[]> {
    const texts = await this.opened(person, TEXTS, [this.ledger, person]);
    const { rows } = await this.pool.query<{ event: string }>(WITH_FILES, [this.ledger, person]);
    const files: OpenedEvidence[] = [];
    for (const { event } of rows) files.push(...(await this.turn.take(() => this.opened(person, ONE, [this.ledger, person, event]))));
    return [...texts, ...files].sort((one, other) => (one.event < other.event ? -1 : one.event > other.event ? 1 : 0));
  }

  private async opened(person: string, text: string, values: unknown[]): Promise<OpenedEvidence[]> {
    const { rows } = await this.pool.query<EvidenceRow>(text, values);
    return rows.flatMap(({ event, kinds, sealed, master, wrapped }) => {
      const key = this.keys.unwrap(person, { master, wrapped });
      const items = openEvidence(key, { ledger: this.origin, person, event }, kinds, sealed);
      return items.map(({ kind, item }) => ({ event, kind, bytes: item.length, ...(!isFile(kind) && { value: item.toString('utf8') }) }));
    });
  }

  private async devices(person: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ device: string }>(DEVICES, [this.ledger, person]);
    return rows.map(({ device }) => device);
  }

  private async mails(person: string): Promise<Held['mails']> {
    const { rows } = await this.pool.query<{ kind: string; event: string; sent_at: Date; identifier: string | null }>(MAILS, [this.ledger, person]);
    return rows.map(({ kind, event, sent_at, identifier }) => ({ kind, event, sentAt: sent_at.toISOString(), ...(identifier && { identifier }) }));
  }

  private async reads(person: string): Promise<Held['reads']> {
    const { rows } = await this.pool.query<{ read_at: Date; reader: string; what: string; reason: string }>(READINGS_OF_PERSON, [this.ledger, person]);
    return rows.map(({ read_at, ...read }) => ({ readAt: read_at.toISOString(), ...read }));
  }
}
