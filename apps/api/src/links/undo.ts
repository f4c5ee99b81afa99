import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { takenAway, type TakenAway } from '#held';
import { isInUse, nowMicros, Reader, timeText, wayHome, type KnownNotice } from '#ledger';
import { Tokens, type UnsubscribeClaims } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { PeopleTables } from '../people/people-tables.js';
import { MailLinks } from './mail-links.js';
import { WayBack } from './way-back.js';

/** How long a press can be undone. */
export const UNDO_MINUTES = 30;
/** A press that comes twice, as a double click does, is still the same press. */
const SAME_PRESS_MS = 60_000;
const MINUTE_MS = 60_000;
const WORD = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** What the page offers after a press. */
export interface UndoOffer {
  /** To be sent back: only who was answered to the press has it. */
  word: string;
  /** The text under which it is given again; absent where no text is needed (an objection that is lifted). */
  notice?: KnownNotice;
}

export type UndoOutcome = 'undone' | 'too-late';

interface Pressed extends TakenAway {
  age: number;
}

const equals = (one: string, other: string): boolean => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/**
 * Takes back a press of the page behind an unsubscribe link. Offered in the answer to the press and nowhere else, so the link alone,
 * whoever holds it, gives nothing; good once, for half an hour, while nothing newer was decided; never for what a mail program, a portal
 * or anybody else ended. What is given back is a new consent of the person, under the text that is shown with the offer.
 */
@Injectable()
export class Undo {
  constructor(
    private readonly links: MailLinks,
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    private readonly tokens: Tokens,
    private readonly wayBack: WayBack,
    private readonly tables: PeopleTables,
  ) {}

  /** After a press on the page; undefined where there is nothing to undo, or no way to. */
  async offer(claims: UnsubscribeClaims): Promise<UndoOffer | undefined> {
    if (!(await this.speaksForHim(claims))) return undefined;
    const call = await this.lastCall(claims);
    const pressed = call && (await this.pressed(claims, call));
    if (!pressed || pressed.age > SAME_PRESS_MS || !(await this.isLast(claims, pressed))) return undefined;
    const notice = this.noticeOf(pressed);
    return notice === null ? undefined : { word: `${call}.${this.tokens.link('undo', call)}`, notice };
  }

  async take(claims: UnsubscribeClaims, word: string, evidence: Record<string, string>): Promise<UndoOutcome> {
    const [, call, proof] = WORD.exec(word) ?? [];
    if (!call || !proof || !equals(proof, this.tokens.link('undo', call))) return 'too-late';
    const pressed = await this.pressed(claims, call);
    if (!pressed) return 'too-late';
    const { person, via } = claims;
    if ((await this.isOpen(claims, pressed)) && (await this.wayBack.give({ person, via }, pressed, evidence, 'undo'))) return 'undone';
    return (await this.isUndone(claims, pressed)) ? 'undone' : 'too-late';
  }

  /** Whoever reads the mail of an address that is the person's no more may stop for him, and gives nothing back. */
  private async speaksForHim({ person, via }: UnsubscribeClaims): Promise<boolean> {
    return via === undefined || this.tables.isFoundBy(await wayHome(this.reader, person), via.id);
  }

  private async isOpen(claims: UnsubscribeClaims, pressed: Pressed): Promise<boolean> {
    return pressed.age <= UNDO_MINUTES * MINUTE_MS && (await this.isLast(claims, pressed)) && (await this.speaksForHim(claims));
  }

  private async lastCall(claims: UnsubscribeClaims): Promise<string | undefined> {
    const stream = await this.reader.heads.load(claims);
    const text = 'SELECT request FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND version = $4';
    if (!stream) return undefined;
    const { rows } = await this.links.pool.query<{ request: string }>(text, [this.links.ledger, claims.person, claims.purpose, stream.version]);
    return rows[0]?.request;
  }

  /** What a press of the page took away by this call. */
  private async pressed({ person, purpose }: UnsubscribeClaims, call: string): Promise<Pressed | undefined> {
    const all = await takenAway(this.links.pool, this.links.ledger, { person, request: call, by: 'person' }, this.catalogue.get().purposes);
    const taken = all.find((item) => item.purpose === purpose && item.event.capture?.method === 'mail-link');
    return taken && { ...taken, age: Date.now() - Date.parse(taken.event.recordedAt) };
  }

  private async isLast(claims: UnsubscribeClaims, { event }: TakenAway): Promise<boolean> {
    return (await this.reader.heads.load(claims))?.event === event.event;
  }

  /** Pressed twice: the first press gave it back, and that stands. */
  private async isUndone(claims: UnsubscribeClaims, { event }: TakenAway): Promise<boolean> {
    const stream = await this.reader.heads.load(claims);
    return stream?.allowed === true && stream.version === event.version + 1;
  }

  /** The text that stood before; `null` where it is not in use any more, so nothing can be given under it. */
  private noticeOf({ event, before }: TakenAway): KnownNotice | undefined | null {
    if (event.type === 'objection-raised') return undefined;
    const notice = before.notice && this.catalogue.notice(before.notice.id, before.notice.version, before.notice.locale);
    return notice && isInUse(notice, timeText(nowMicros())) ? notice : null;
  }
}
