import { Injectable } from '@nestjs/common';
import { isProtective } from '#consent';
import { FirstAnswers } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import { Metrics } from '../system/metrics.js';
import type { ChangeRequest } from './change-consent.js';
import { Rates } from './rates.js';

/** The code of what a source has sent too much of. */
const TOO_MANY = 'too_many_requests';

const tooMany = (what: string, seconds: number): ProblemError => new ProblemError(429, TOO_MANY, `too many ${what} from one network and site within an hour`, {}, seconds);

/** Calls of a website about nothing but a device: new devices and their yes have a limit, their no has none (rule 2). */
@Injectable()
export class DeviceLimits {
  constructor(
    private readonly rates: Rates,
    private readonly firsts: FirstAnswers,
    private readonly metrics: Metrics,
  ) {}

  async ofCreation(key: string, network: string): Promise<void> {
    const { devices } = await this.rates.count({ key, network }, ['devices']);
    if (devices === undefined) return;
    this.metrics.tooMany();
    throw tooMany('new devices', devices);
  }

  /** The change as it may be made: above the limit a yes carries its code beside a no, and is 429 alone. A retry counts for nothing. */
  async ofChoices(change: ChangeRequest, network: string): Promise<ChangeRequest> {
    const { wishes, actor, idempotency } = change;
    const gives = wishes.filter(({ decision }) => !isProtective(decision));
    if (gives.length === 0 || (await this.firsts.stands(idempotency))) return change;
    const { choices } = await this.rates.count({ key: actor.key ?? '', network }, ['choices']);
    if (choices === undefined) return change;
    this.metrics.tooMany();
    if (gives.length === wishes.length) throw tooMany('choices', choices);
    return { ...change, wishes: wishes.map((wish) => (gives.includes(wish) ? { ...wish, refused: TOO_MANY } : wish)) };
  }
}
