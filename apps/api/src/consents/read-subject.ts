import { Injectable } from '@nestjs/common';
import { IDENTIFIER_KINDS, normalise, Tokens } from '#vault';
import type { Subject } from '#ledger';
import { ProblemError } from '../http/problem.js';
import type { SubjectBody } from './body.js';

/** From the body's subject to checked, normalised identifiers and a device that its token vouches for. */
@Injectable()
export class SubjectReader {
  constructor(private readonly tokens: Tokens) {}

  async read(body: SubjectBody): Promise<Subject> {
    const identifiers = IDENTIFIER_KINDS.flatMap((kind) => {
      const value = body[kind];
      if (value === undefined || value === null) return [];
      const identifier = normalise(kind, value);
      if (!identifier) throw new ProblemError(400, 'invalid_identifier', `subject.${kind} cannot be read`, { member: `subject.${kind}` });
      return [identifier];
    });
    const device = body.device === undefined ? undefined : await this.device(body.device);
    const subject: Subject = { identifiers, person: body.person?.toLowerCase(), device };
    if (identifiers.length === 0 && !subject.person && !device) throw new ProblemError(400, 'subject_missing', 'the subject names nobody');
    return subject;
  }

  private async device(token: string): Promise<string> {
    const device = await this.tokens.openDevice(token);
    if (!device) throw new ProblemError(400, 'invalid_device_token', 'subject.device is not a token of this ledger');
    return device;
  }
}
