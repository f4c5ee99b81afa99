import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ApiKey } from '#access';
import type { Actor, Capture, NoticeRef, Reason } from '#contracts';
import { changeConsent, holdersOf, Ledger, Reader, type Change, type ChangeAnswer, type Finder, type Holder, type Subject, type Wish } from '#ledger';
import { uuidv7 } from '#ledger';
import type { KnownNotice } from '#ledger';
import type { EvidenceItems } from '#vault';
import { Attachments, type NamedFiles } from '../evidence/attach.js';
import { FirstAnswers, type Idempotency } from '../http/first-answers.js';
import { AnswerCounts } from '../statistics/answer-counts.js';
import { LookupKeys, SuppressionKeys } from '../system/secrets.js';

export interface ChangeRequest {
  /** Who is meant: by subject, or, behind a token, the holder himself. */
  subject?: Subject;
  holder?: Holder;
  wishes: Wish[];
  actor: Actor;
  deviceActor?: Actor;
  /** Whether new identifiers may be added to a known person. */
  mayLink: boolean;
  notice?: KnownNotice;
  capture?: Capture;
  evidence: EvidenceItems;
  /** Uploaded files that are evidence too. */
  files?: NamedFiles;
  occurredAt?: string;
  reason?: Reason;
  /** Events that led to it. */
  causes?: string[];
  idempotency?: Idempotency;
  /** For the statistics alone: the text and the source where the change itself names none. */
  counted?: { notice?: NoticeRef; source?: string };
}

/** Changes consent: every way in (system, website, mail link) is this one command. */
export class ChangeConsent extends Command<ChangeAnswer> {
  constructor(readonly change: ChangeRequest) {
    super();
  }
}

@CommandHandler(ChangeConsent)
export class ChangeConsentHandler implements ICommandHandler<ChangeConsent> {
  private readonly finder: Finder;
  constructor(
    private readonly ledger: Ledger,
    private readonly attachments: Attachments,
    private readonly firsts: FirstAnswers,
    private readonly counts: AnswerCounts,
    reader: Reader,
    lookup: LookupKeys,
    suppression: SuppressionKeys,
  ) {
    this.finder = { reader, lookupKeys: lookup.keys, suppressionKeys: suppression.keys };
  }

  async execute({ change }: ChangeConsent): Promise<ChangeAnswer> {
    return this.firsts.once(change.idempotency, () => this.run(change));
  }

  private async run(change: ChangeRequest): Promise<ChangeAnswer> {
    const answer = change.files ? await this.attachments.with(change, (whole) => this.append(whole)) : await this.append(change);
    this.counts.changed(change, answer);
    return answer;
  }

  private async append(change: ChangeRequest): Promise<ChangeAnswer> {
    const request = uuidv7();
    return changeConsent(this.ledger, async () => this.prepare(request, change));
  }

  private async prepare(request: string, { subject, holder, mayLink, files: _files, counted: _counted, ...rest }: ChangeRequest): Promise<Change> {
    if (holder) return { ...rest, request, ...(holder.kind === 'device' ? { people: [], device: holder } : { people: [holder] }) };
    const holders = await holdersOf(this.finder, subject ?? { identifiers: [] }, mayLink);
    return { ...rest, request, ...holders };
  }
}

/** The actor that a server key is. */
export const systemActor = (key: ApiKey): Actor => ({ kind: 'system', id: key.owner, key: key.id });
