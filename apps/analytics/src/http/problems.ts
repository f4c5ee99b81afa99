import { Catch, HttpException, ValidationPipe, type ArgumentsHost, type ExceptionFilter, type ValidationError } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';

/** An answer that says what was wrong (RFC 9457), with a stable code. */
export class Problem extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(detail, status);
  }
}

const CODES: Record<number, [code: string, detail: string]> = {
  400: ['invalid_body', 'The body does not fit.'],
  404: ['not_found', 'There is nothing here.'],
  413: ['body_too_large', 'The body is larger than 4 KiB.'],
  415: ['not_json', 'The body must be application/json.'],
  503: ['unavailable', 'The database cannot be reached; try again soon.'],
};

const OUTAGE = /^(08|53|57P|58|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)/;
const BROKEN = /Connection terminated|timeout exceeded when trying to connect|Query read timeout/;

function isOutage(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? OUTAGE.test(code) : BROKEN.test(String(message));
}

function statusOf(error: unknown): number {
  const known = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown })?.statusCode);
  if ((known >= 400 && known < 500) || known === 503) return known;
  return isOutage(error) ? 503 : 500;
}

/** Whatever was thrown becomes a problem document; what nobody foresaw is logged, without its message. */
@Catch()
export class ProblemAnswers implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return;
    const status = statusOf(error);
    if (status === 500) {
      const { name, code, stack } = error as { name?: string; code?: string; stack?: string };
      this.log.error({ name, code, at: stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 5) }, 'unforeseen error');
    }
    if (status === 503) void reply.header('retry-after', '2');
    const [code, detail] = error instanceof Problem ? [error.code, error.detail] : (CODES[status] ?? [status < 500 ? 'refused' : 'unforeseen', 'That did not work.']);
    void reply.status(status).header('content-type', 'application/problem+json').send(JSON.stringify({ type: 'about:blank', status, code, detail }));
  }
}

/** class-validator on every body: unknown members are refused, nothing is converted in silence, no value is repeated. */
export const validation = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors: ValidationError[]) => new Problem(400, 'invalid_body', Object.values(errors[0]?.constraints ?? {})[0] ?? 'The body does not fit.'),
  });
