import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ApiKey } from '#access';
import type { Actor, Capture, Reason } from '#contracts';
import { AnswerStands, changeConsent, holdersOf, Ledger, Reader, type Change, type ChangeAnswer, type Finder, type Holder, type Subject, type Wish } from '#ledger';
import { uuidv7 } from '#ledger';
import type { KnownNotice } from '#ledger';
import type { EvidenceItems } from '#vault';
import { Attachments, type NamedFiles } from '../evidence/attach.js';
import { ProblemError } from '../http/problem.js';
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
  idempotency?: { scope: string; key: string; bodyHash: Buffer };
}

/** Changes consent: every way in (system, website, mail link) is this one command. */
export class ChangeConsent extends Command<ChangeAnswer> {
  constructor(readonly change: ChangeRequest) {
    super();
  }
}

type Idempotency = NonNullable<ChangeRequest['idempotency']>;

@CommandHandler(ChangeConsent)
export class ChangeConsentHandler implements ICommandHandler<ChangeConsent> {
  private readonly finder: Finder;
  private readonly running = new Set<string>();
  constructor(
    private readonly ledger: Ledger,
    private readonly reader: Reader,
    private readonly attachments: Attachments,
    lookup: LookupKeys,
    suppression: SuppressionKeys,
  ) {
    this.finder = { reader, lookupKeys: lookup.keys, suppressionKeys: suppression.keys };
  }

  async execute({ change }: ChangeConsent): Promise<ChangeAnswer> {
    return change.idempotency ? this.once(change, change.idempotency) : this.run(change);
  }

  private run(change: ChangeRequest): Promise<ChangeAnswer> {
    return change.files ? this.attachments.with(change, (whole) => this.append(whole)) : this.append(change);
  }

  private async append(change: ChangeRequest): Promise<ChangeAnswer> {
    const request = uuidv7();
    return changeConsent(this.ledger, async () => this.prepare(request, change));
  }

  private async prepare(request: string, { subject, holder, mayLink, files: _files, ...rest }: ChangeRequest): Promise<Change> {
    if (holder) return { ...rest, request, ...(holder.kind === 'device' ? { people: [], device: holder } : { people: [holder] }) };
    const holders = await holdersOf(this.finder, subject ?? { identifiers: [] }, mayLink);
    return { ...rest, request, ...holders };
  }

  /** One key, one effect: the first answer again, for the life of the ledger. */
  private async once(change: ChangeRequest, idempotency: Idempotency): Promise<ChangeAnswer> {
    const name = `${idempotency.scope}\n${idempotency.key}`;
    if (this.running.has(name)) throw new ProblemError(409, 'idempotency_in_flight', 'a call with this key is under way', {}, 1);
    this.running.add(name);
    try {
      return (await this.firstAnswer(idempotency)) ?? (await this.run(change));
    } catch (error) {
      if (!(error instanceof AnswerStands)) throw error;
      const first = await this.firstAnswer(idempotency);
      if (!first) throw error;
      return first;
    } finally {
      this.running.delete(name);
    }
  }

  private async firstAnswer({ scope, key, bodyHash }: Idempotency): Promise<ChangeAnswer | undefined> {
    const first = await this.reader.answers.load({ scope, key });
    if (!first) return undefined;
    if (!first.bodyHash.equals(bodyHash)) throw new ProblemError(422, 'idempotency_key_reused', 'this key was used with another body');
    return JSON.parse(first.answer) as ChangeAnswer;
  }
}

/** The actor that a server key is. */
export const systemActor = (key: ApiKey): Actor => ({ kind: 'system', id: key.owner, key: key.id });
