import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Reader, wayHome, type DefinedPurpose, type Wish } from '#ledger';
import type { PurposeState } from '#people';
import type { ChoicesClaims } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ChangeConsent } from '../consents/change-consent.js';
import { PeopleTables } from '../people/people-tables.js';
import { PersonConsents } from '../people/person-consents.js';

/** One purpose of somebody, and whether there is anything to stop. */
export interface OwnChoice {
  purpose: DefinedPurpose;
  state: PurposeState;
  stoppable: boolean;
}

/**
 * What a link shows: `open` his choices; `moved` that the address is none of his any more, so nothing but the way to stop;
 * `nothing` that nobody is behind it: erased, or never there.
 */
export type OwnView = { kind: 'open'; choices: OwnChoice[] } | { kind: 'moved' } | { kind: 'nothing' };

function isStoppable({ choice, holder, state: use = 'active' }: DefinedPurpose, state: PurposeState): boolean {
  const { status, allowed } = state.chosen ?? state;
  if (choice === 'told') return false;
  // Whatever he said before: a device may have been told yes since.
  if (holder === 'device') return use === 'active' || (status !== 'refused' && status !== 'withdrawn');
  return choice === 'object-lift' ? status !== 'objected' : allowed || status === 'requested';
}

/** The "no" to a purpose; undefined where there is none. */
function noTo(purpose: DefinedPurpose): Wish | undefined {
  if (purpose.choice === 'told') return undefined;
  if (purpose.choice === 'object-lift') return { purpose, decision: 'object' };
  return { purpose, decision: purpose.holder === 'device' ? 'refuse' : 'withdraw' };
}

/** Somebody's choices behind a mailed link: looked at and stopped, never given (rule 32). */
@Injectable()
export class OwnChoices {
  constructor(
    private readonly catalogue: CurrentCatalogue,
    private readonly reader: Reader,
    private readonly tables: PeopleTables,
    private readonly consents: PersonConsents,
    private readonly bus: CommandBus,
  ) {}

  /** Changes nothing, and leaves no trace: it is the person who looks. */
  async view({ via, ...claims }: ChoicesClaims): Promise<OwnView> {
    const person = await this.tables.speakerOf(this.reader, { ...claims, via });
    const way = await wayHome(this.reader, person);
    const home = way.at(-1) ?? person;
    const known = await this.reader.kinds.load(home);
    if (!known || (await this.reader.persons.load(home))?.erased) return { kind: 'nothing' };
    if (via && !(await this.tables.isFoundBy(way, via.id))) return { kind: 'moved' };
    const { purposes } = await this.catalogue.fresh();
    const { consents } = await this.consents.read(home, {});
    const states = new Map(consents.map((state) => [state.purpose, state]));
    const all = [...purposes.values()].filter((purpose) => states.has(purpose.id) || (purpose.holder === 'device' && (purpose.state ?? 'active') === 'active'));
    return { kind: 'open', choices: all.map((purpose) => this.choice(purpose, states.get(purpose.id))) };
  }

  /** Says no to one purpose, or to everything that can be stopped. Tells whether there is such a "no"; to one that stands nothing is added, but for devices, which may have been told yes since. */
  async stop({ via, ...claims }: ChoicesClaims, what: { purpose: string } | 'all', evidence: Record<string, string>): Promise<boolean> {
    const person = await this.tables.speakerOf(this.reader, { ...claims, via });
    const { purposes } = this.catalogue.get();
    const meant = what === 'all' ? await this.everything(person) : [purposes.get(what.purpose)].flatMap((one) => one ?? []);
    const wishes = meant.flatMap((purpose) => noTo(purpose) ?? []);
    if (wishes.length === 0) return what === 'all';
    const holder = { person, kind: 'person', via } as const;
    await this.bus.execute(new ChangeConsent({ holder, wishes, actor: { kind: 'person', id: person }, mayLink: false, capture: { method: 'mail-link' }, evidence, reason: 'person' }));
    return true;
  }

  /** What stands now; every purpose where that cannot be read: a "no" too much does no harm, and none waits. */
  private async everything(person: string): Promise<DefinedPurpose[]> {
    const view = await this.view({ person }).catch(() => undefined);
    if (view === undefined) return [...this.catalogue.get().purposes.values()];
    return view.kind === 'open' ? view.choices.filter(({ stoppable }) => stoppable).map(({ purpose }) => purpose) : [];
  }

  private choice(purpose: DefinedPurpose, known: PurposeState | undefined): OwnChoice {
    const state = known ?? { purpose: purpose.id, status: 'unknown', allowed: purpose.choice !== 'grant-withdraw', basis: purpose.basis, version: 0 };
    return { purpose, state, stoppable: isStoppable(purpose, state) };
  }
}
