import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { takenAway, type TakenAway } from '#held';
import { Reader, Refusal, wayHome, type ChangeAnswer, type Holder } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ChangeConsent, type ChangeRequest } from '../consents/change-consent.js';
import { ProblemError } from '../http/problem.js';
import { PeopleTables } from '../people/people-tables.js';
import { MailLinks, type MailLink } from './mail-links.js';

export type WayBackState = 'ask' | 'stands' | 'closed';

export interface WayBackView {
  state: WayBackState;
  /** What can be given back, or, where nothing can, all that was taken away. */
  items: TakenAway[];
}

/** How it is given back: by the link of a mail about a stranger's call, or right after the person's own press. */
export type GivingMethod = 'way-back' | 'undo';

const TAKEN = new Set(['withdrawn', 'refused', 'objected', 'requested', 'expired']);

const bodyHash = (method: GivingMethod): Buffer => createHash('sha256').update(method).digest();

/** Gives back what a withdrawal took away: the person's own confirmation, once, while nothing newer was decided. */
@Injectable()
export class WayBack {
  constructor(
    private readonly links: MailLinks,
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    private readonly bus: CommandBus,
    private readonly tables: PeopleTables,
  ) {}

  find(token: string): Promise<MailLink | undefined> {
    return this.links.find('way-back', token);
  }

  /** Whoever reads the mail of an address that is the person's no more gives nothing back. */
  async view({ person, reference, via, expired }: MailLink): Promise<WayBackView> {
    const all = await takenAway(this.links.pool, this.links.ledger, { person, request: reference }, this.catalogue.get().purposes);
    if (!(await this.tables.isFoundBy(await wayHome(this.reader, person), via.id))) return { state: 'closed', items: all };
    const streams = await Promise.all(all.map(({ purpose }) => this.reader.heads.load({ person, purpose })));
    const open = expired ? [] : all.filter((item, at) => streams[at]?.event === item.event.event);
    if (open.length > 0) return { state: 'ask', items: open };
    const stands = all.length > 0 && streams.every((stream) => stream?.allowed);
    return { state: stands ? 'stands' : 'closed', items: all };
  }

  /** Gives each back by itself; tells which stand now. */
  async giveBack(link: MailLink, items: TakenAway[], evidence: Record<string, string>): Promise<TakenAway[]> {
    const given = await Promise.all(items.map((item) => this.give(link, item, evidence, 'way-back')));
    return items.filter((_, at) => given[at]);
  }

  /** Gives one back under the text that it stood under before; tells whether it stands now, be it under a pause or a suppression. */
  async give({ person, via }: Pick<Holder, 'person' | 'via'>, { purpose, event, before }: TakenAway, evidence: Record<string, string>, method: GivingMethod): Promise<boolean> {
    const defined = this.catalogue.purpose(purpose);
    const { notice, channels, partners } = before;
    const lifts = event.type === 'objection-raised';
    const change: ChangeRequest = {
      holder: { person, kind: 'person', via },
      wishes: [lifts ? { purpose: defined, decision: 'lift' } : { purpose: defined, decision: 'grant', channels, partners }],
      actor: { kind: 'person', id: person },
      mayLink: false,
      notice: notice && this.catalogue.notice(notice.id, notice.version, notice.locale),
      capture: { method },
      evidence,
      causes: [event.event],
      idempotency: { scope: `${method}/${person}`, key: event.event, bodyHash: bodyHash(method) },
    };
    const answer: ChangeAnswer | undefined = await this.bus.execute(new ChangeConsent(change)).catch(refusedAsNone);
    return answer?.decisions.every(({ status, code }) => code === undefined && !TAKEN.has(status)) ?? false;
  }
}

/** What can no longer be given (its notice is gone), or is being given by another press, is not given by this one. */
function refusedAsNone(error: unknown): undefined {
  if (error instanceof Refusal || (error instanceof ProblemError && error.problem.status === 409)) return undefined;
  throw error;
}
