import { Injectable } from '@nestjs/common';
import type { Capture, NoticeRef } from '#contracts';
import type { ChangeAnswer, Wish } from '#ledger';
import { collectedOf, Counts, type AnswerKind } from '#statistics';

/** Ways in which nobody answers anew: what was taken away is given back. */
const GIVES_BACK = new Set(['way-back', 'undo']);
const GIVEN = new Set(['given', 'renewed']);

/** What of a change is counted. */
interface Answered {
  actor: { kind: string; id: string };
  notice?: NoticeRef;
  capture?: Capture;
  reason?: string;
  wishes: Pick<Wish, 'purpose' | 'decision' | 'confirms'>[];
  /** The text and the source that the change itself does not name: of the consent that ends, of the request that is confirmed. */
  counted?: { notice?: NoticeRef; source?: string };
}

/** One answer is one count, however many purposes it names; a "no" that takes nothing away is a refusal, in whatever word it comes. An objection that is taken back is no answer: it leaves no yes and no "no". */
function kindOf({ wishes }: Answered, { decisions, took }: ChangeAnswer): AnswerKind | undefined {
  if (took) return 'withdrawn';
  const lifted = new Set(wishes.flatMap(({ purpose, decision }) => (decision === 'lift' ? [purpose.id] : [])));
  const done = decisions.filter(({ purpose, code }) => code === undefined && !lifted.has(purpose)).map(({ status }) => status);
  if (done.length === 0) return undefined;
  if (done.includes('requested')) return 'requested';
  const given = done.filter((status) => GIVEN.has(status)).length;
  if (given === 0) return 'refused';
  return given === done.length ? 'accepted' : 'chosen';
}

/** A signal of the browser is an answer to nothing that was shown; what it takes away counts. */
const isNoAnswer = ({ capture, reason }: Answered, kind: AnswerKind): boolean => GIVES_BACK.has(capture?.method ?? '') || (reason === 'gpc' && kind !== 'withdrawn');

/** Counts what people answered, by the text that they answered to. Of whom it came is not looked at. */
@Injectable()
export class AnswerCounts {
  constructor(private readonly counts: Counts) {}

  /** A change that was carried out. Where nothing was recorded about a purpose, be it that an identifier came to a person, it was no new answer. */
  changed(change: Answered, answer: ChangeAnswer): void {
    const kind = answer.receipt === undefined ? undefined : kindOf(change, answer);
    if (!kind || isNoAnswer(change, kind)) return;
    const { actor, capture, counted, wishes } = change;
    const collected = collectedOf({ actor, capture, notice: change.notice ?? counted?.notice, source: counted?.source });
    this.counts.answer(collected, kind);
    if (kind === 'accepted' && wishes.some(({ confirms }) => confirms !== undefined)) this.counts.answer(collected, 'confirmed');
  }
}
