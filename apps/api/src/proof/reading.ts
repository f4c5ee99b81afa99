import { isUtf8 } from 'node:buffer';
import { ApiHeader } from '@nestjs/swagger';
import { isPlain, MAX_REASON, type ApiKey } from '#access';
import { ProblemError } from '../http/problem.js';

/** Who reads something about a person, and why (rule 30). */
export interface Reading {
  reader: string;
  key: string;
  reason: string;
}

/** A header's bytes come one a character: mostly they are UTF-8. */
function textOf(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}

/** In the description of a route that asks why. */
export const TakesReason = (what = 'why it is read'): MethodDecorator =>
  ApiHeader({ name: 'Samtycke-Reason', required: false, description: `${what}; without it the key's registered reason stands in the trace, and a key that has none gets 400 \`reason_required\`` });

/** The reason is the header's (`Samtycke-Reason`), else the key's registered one; without any, nothing is read. */
export function readingOf(key: ApiKey, given: string | undefined): Reading {
  const reason = (given === undefined ? (key.reason ?? '') : textOf(given)).trim();
  if (reason === '') throw new ProblemError(400, 'reason_required', 'say why: header Samtycke-Reason');
  if (reason.length > MAX_REASON) throw new ProblemError(400, 'reason_too_long', `a reason has at most ${MAX_REASON} characters`);
  if (!isPlain(reason)) throw new ProblemError(400, 'reason_unreadable', 'a reason is one line, without control characters');
  return { reader: key.owner, key: key.id, reason };
}
