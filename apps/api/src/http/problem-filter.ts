import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AnswerStands, ClaimLost, DatabaseBehind, faultOf, LogUnreadable, Refusal, Unavailable, WITHOUT_KEY } from '#ledger';
import { KeyMissing } from '#vault';
import { notNowPage } from '../links/not-now.js';
import { problemOf, ProblemError, type Problem } from './problem.js';

interface Answer {
  problem: Problem;
  retryAfterSeconds?: number;
}

const unavailable = (detail: string, retryAfterSeconds = 1): Answer => ({
  problem: problemOf(503, 'unavailable', detail),
  retryAfterSeconds,
});

const FASTIFY_CODES: Record<string, [number, string, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body_too_large', 'the body is larger than this route takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'send application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed_json', 'the body is empty'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'malformed_request', 'the content length does not fit the body'],
};

const NEST_CODES: Record<number, string> = { 400: 'malformed_request', 404: 'not_found', 405: 'method_not_allowed', 413: 'body_too_large', 415: 'unsupported_media_type' };

function fromFramework(error: unknown): Answer | undefined {
  const known = FASTIFY_CODES[String((error as { code?: unknown }).code)];
  if (known) return { problem: problemOf(...known) };
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const detail = status === 404 ? 'there is nothing here' : error.message;
    return { problem: problemOf(status, NEST_CODES[status] ?? 'refused', detail) };
  }
  const status = Number((error as { statusCode?: unknown }).statusCode);
  return status >= 400 && status < 500 ? { problem: problemOf(status, NEST_CODES[status] ?? 'refused', 'the request cannot be read') } : undefined;
}

function fromUnavailable(error: Unavailable): Answer {
  const { message, retryAfterSeconds } = error;
  if (error instanceof LogUnreadable) return { problem: problemOf(503, 'log_unreadable', message), retryAfterSeconds };
  if (error instanceof DatabaseBehind) return { problem: problemOf(503, 'database_behind', message), retryAfterSeconds };
  return unavailable(message, retryAfterSeconds);
}

function fromLedger(error: unknown): Answer | undefined {
  if (error instanceof Refusal) return { problem: problemOf(error.status, error.code, error.message, error.members) };
  if (error instanceof Unavailable) return fromUnavailable(error);
  if (error instanceof ClaimLost || error instanceof AnswerStands) return unavailable('too many calls about the same subject at once');
  if (error instanceof KeyMissing) return unavailable(WITHOUT_KEY, 5);
  return undefined;
}

export function answerOf(error: unknown): Answer | undefined {
  if (error instanceof ProblemError) return { problem: error.problem, retryAfterSeconds: error.retryAfterSeconds };
  const known = fromLedger(error) ?? fromFramework(error);
  if (known) return known;
  const fault = faultOf(error);
  return fault === 'unclear' || fault === 'again' ? unavailable('the database does not answer', 2) : undefined;
}

/**
 * Turns whatever was thrown into a problem document; what nobody foresaw is logged and becomes a bare 500. Somebody who came by a link in
 * a mail, or with a plain form, gets a page instead where it is not for him to put it right.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = answerOf(error) ?? { problem: problemOf(500, 'internal_error', 'this is our fault; it has been logged') };
    if (answer.problem.status === 500) this.log.error({ name: (error as Error)?.name, code: (error as { code?: string })?.code, stack: (error as Error)?.stack }, 'unforeseen error');
    if (answer.retryAfterSeconds !== undefined) void reply.header('retry-after', String(answer.retryAfterSeconds));
    if (answer.problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    const page = notNowPage(host.switchToHttp().getRequest<FastifyRequest>(), answer.problem.status);
    void reply.status(answer.problem.status);
    if (page === undefined) void reply.header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(answer.problem));
    else void reply.header('cache-control', 'no-store').header('content-type', 'text/html; charset=utf-8').send(page);
  }
}
