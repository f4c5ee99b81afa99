import { Injectable } from '@nestjs/common';
import type { ApiKey } from '#access';
import { isProtective, addMilliseconds } from '#consent';
import { microsOf, nowMicros, protects, timeText, type KnownNotice, type ChangeAnswer, type Subject, type Wish } from '#ledger';
import { canonicalText } from '#proof';
import { isShared, Tokens } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { FirstAnswers } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import type { ConsentsBody } from './body.js';
import { systemActor, type ChangeRequest } from './change-consent.js';
import { SubjectReader } from './read-subject.js';

const SEVEN_DAYS_MS = 7 * 24 * 60 * 60 * 1000;
const FIVE_MINUTES_MS = 5 * 60 * 1000;

/** From a checked body to a change: catalogue, key, clock and source enter here and nowhere deeper. */
@Injectable()
export class ChangeReader {
  constructor(
    private readonly subjects: SubjectReader,
    private readonly catalogue: CurrentCatalogue,
    private readonly firsts: FirstAnswers,
    private readonly tokens: Tokens,
  ) {}

  async read(body: ConsentsBody, key: ApiKey, source: Record<string, string>, idempotencyKey?: string): Promise<ChangeRequest> {
    const subject = await this.subjects.read(body.subject);
    if (key.kind === 'site' && subject.identifiers.length + (subject.person ? 1 : 0) > 1) {
      throw new ProblemError(400, 'one_identifier', 'a site key names at most one identifier beside the device');
    }
    const against = new Against(boundTo(key, subject, this.wishes(body, key)));
    if (isShared('phone', body.subject.phone ?? '')) against.raise(new ProblemError(400, 'invalid_identifier', 'behind a phone number with an extension are several people: a yes is not taken by it', { member: 'subject.phone' }));
    const notice = await this.notice(body, against.nothingGiven);
    const capture = this.capture(body, against);
    const files = filesOf(body, key, against);
    const occurredAt = this.time(body.occurredAt, key, against);
    const { actor, deviceActor } = actors(key, subject);
    return {
      actor,
      deviceActor,
      subject,
      wishes: against.marked(),
      mayLink: key.scopes.has('people:write'),
      notice,
      capture,
      reason: body.capture?.method === 'gpc' ? 'gpc' : undefined,
      files,
      evidence: { ...source, ...this.kept(body, notice) },
      occurredAt,
      idempotency: this.idempotency(body, key, subject, idempotencyKey),
    };
  }

  /** The answer that stands for this very call: what the catalogue or the clock has against it by now was not so when it came. */
  async first(body: ConsentsBody, key: ApiKey, idempotencyKey?: string): Promise<ChangeAnswer | undefined> {
    if (idempotencyKey === undefined) return undefined;
    return this.firsts.answer(this.idempotency(body, key, await this.subjects.read(body.subject), idempotencyKey));
  }

  private idempotency(body: ConsentsBody, key: ApiKey, { device }: Subject, idempotencyKey: string | undefined): ChangeRequest['idempotency'] {
    return this.firsts.of(idempotencyKey, [key.kind, key.owner, ...(device ? [device] : [])], saidIn(body));
  }

  private wishes({ decisions }: ConsentsBody, key: ApiKey): Wish[] {
    return decisions.map(({ purpose: id, decision, channels, partners, ifVersion }) => {
      const purpose = this.catalogue.purpose(id);
      return { purpose, decision, channels, partners, ifVersion: hearsVersions(key, purpose) ? (ifVersion ?? undefined) : undefined };
    });
  }

  /** A "no" does not wait for a catalogue that cannot be read. */
  private async notice({ notice }: ConsentsBody, nothingGiven: boolean): Promise<KnownNotice | undefined> {
    if (!notice) return undefined;
    const { id, version, locale, snapshot } = notice;
    const known = nothingGiven ? this.catalogue.notice(id, version, locale) : await this.catalogue.noticeNow(id, version, locale);
    if (!known || snapshot === undefined || snapshot === null) return known;
    return (await this.tokens.showed(snapshot, known)) ? known : undefined;
  }

  private capture({ capture }: ConsentsBody, against: Against): ChangeRequest['capture'] {
    if (!capture) return undefined;
    const known = capture.context === undefined || this.catalogue.get().contexts.has(capture.context);
    if (!known) against.raise(new ProblemError(422, 'context_unknown', 'the catalogue has no such collection context'));
    return { context: known ? capture.context : undefined, method: capture.method, point: capture.point };
  }

  /** What an event cannot hold but proof may need: the page, the token of what was shown, and the names of a notice or context that is not known. */
  private kept({ capture, notice }: ConsentsBody, known: KnownNotice | undefined): Record<string, string> {
    const context = capture?.context;
    const strange = context !== undefined && !this.catalogue.get().contexts.has(context) ? { context } : {};
    const more = { ...shownAs(notice, known), ...strange };
    return {
      ...(capture?.url !== undefined && capture.url !== '' && { url: pageOf(capture.url) }),
      ...(Object.keys(more).length > 0 && { text: canonicalText(more) }),
    };
  }

  /**
   * Who may claim what: a site a week back, a backdating key anything, others the clock's five minutes (rule 11). A "no" is taken all the
   * same: from a site with the time it claims, since there it is never late; from others as said now, so that a claim makes it late nowhere.
   */
  private time(claimed: string | undefined, key: ApiKey, against: Against): string | undefined {
    if (claimed === undefined || claimed === null) return undefined;
    const micros = microsOf(claimed);
    if (!Number.isFinite(micros)) throw new ProblemError(400, 'invalid_body', 'occurredAt is no time');
    const time = timeText(micros);
    if (key.scopes.has('consents:backdate')) return time;
    const reach = key.kind === 'site' ? SEVEN_DAYS_MS : FIVE_MINUTES_MS;
    if (time >= addMilliseconds(timeText(nowMicros()), -reach)) return time;
    if (key.kind === 'site') {
      against.raise(new ProblemError(422, 'occurred_too_long_ago', 'a website may claim at most seven days past'));
      return time;
    }
    against.raise(new ProblemError(403, 'backdating_not_allowed', 'only a key with the scope consents:backdate may claim a past time'));
    return undefined;
  }
}

/** What makes two calls the same: a condition on the state says when a decision counts, not what it is. */
const saidIn = (body: ConsentsBody): unknown => ({ ...body, decisions: body.decisions.map(({ ifVersion: _, ...decision }) => decision) });

/** Of a page's address the query, the fragment and who signs in by it are not kept: they may hold an address of somebody's, or a token. Words that are no address stay as they were said. */
const pageOf = (url: string): string => (/\s/.test(url.trim()) ? url : url.replace(/[?#].*/s, '').replace(/^([a-z][a-z\d+.-]*:\/\/)[^/@]*@/i, '$1'));

/** A device's "no" to its own purposes, for which its token vouches. */
const isOwnNo = ({ purpose, decision }: Wish, { device }: Subject): boolean => isProtective(decision) && purpose.holder === 'device' && device !== undefined;

/** Whether a key may hear at which version a purpose is: a site that of its own device alone, or a guess would tell what somebody has decided. */
const hearsVersions = ({ kind }: ApiKey, { holder }: Wish['purpose']): boolean => kind !== 'site' || holder === 'device';

/** A site key is bound to its purposes in all but a device's own "no", beside which a yes to another purpose carries the code. */
function boundTo(key: ApiKey, subject: Subject, wishes: Wish[]): Wish[] {
  const isBeyond = (wish: Wish): boolean => key.kind === 'site' && !key.purposes.has(wish.purpose.id) && !isOwnNo(wish, subject);
  const beyond = wishes.find((wish) => isBeyond(wish) && (isProtective(wish.decision) || !wishes.some(protects)));
  if (beyond) throw new ProblemError(403, 'purpose_not_allowed', 'this site key is bound to other purposes', { purpose: beyond.purpose.id });
  return wishes.map((wish) => (isBeyond(wish) ? { ...wish, refused: 'purpose_not_allowed' } : wish));
}

/** What is against the decisions of a call that give: it refuses the call, or, beside a "no", these decisions alone (rule 2). */
class Against {
  private code?: string;
  constructor(private readonly wishes: Wish[]) {}

  get nothingGiven(): boolean {
    return this.wishes.every(({ decision }) => isProtective(decision));
  }

  raise(refusal: ProblemError): void {
    if (!this.nothingGiven && !this.wishes.some(protects)) throw refusal;
    this.code ??= refusal.problem.code;
  }

  /** The wishes, those that give with the code that was raised. */
  marked(): Wish[] {
    const { code, wishes } = this;
    return code === undefined ? wishes : wishes.map((wish) => (isProtective(wish.decision) ? wish : { ...wish, refused: code }));
  }
}

/** The files that the call names, each once; only a key that may claim a past time may bring them, which keeps no withdrawal out. */
function filesOf({ evidence }: ConsentsBody, key: ApiKey, against: Against): ChangeRequest['files'] {
  if (!evidence) return undefined;
  if (!key.scopes.has('consents:backdate')) against.raise(new ProblemError(403, 'evidence_not_allowed', 'only a key with the scope consents:backdate brings evidence files'));
  if (key.kind === 'site') return undefined;
  return { ids: [...new Set(evidence.map(({ file }) => file.toLowerCase()))], owner: key.owner };
}

/** A system vouches for what it sends; a site does not know who typed, but a device's token is the device's own word. */
function actors(key: ApiKey, { device }: Subject): Pick<ChangeRequest, 'actor' | 'deviceActor'> {
  if (key.kind === 'server') return { actor: systemActor(key) };
  const actor = { kind: 'unverified', id: key.owner, key: key.id } as const;
  return { actor, deviceActor: device === undefined ? undefined : { kind: 'device', id: device, key: key.id } };
}

/** What tells of a notice beyond its name in the event: the token that it came with; of one that is not known, the name itself. */
function shownAs(notice: ConsentsBody['notice'], known: KnownNotice | undefined): Record<string, unknown> {
  if (!notice) return {};
  if (!known) return { notice: { id: notice.id, version: notice.version, locale: notice.locale } };
  return notice.snapshot ? { snapshot: notice.snapshot } : {};
}
