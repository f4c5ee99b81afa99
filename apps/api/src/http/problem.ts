/** A problem document (RFC 9457). `code` is stable: programs read it; `detail` is for people and may change. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  [member: string]: unknown;
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be done',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
};

export const titleOf = (status: number): string => TITLES[status] ?? (status < 500 ? 'Bad request' : 'Internal error');

export function problemOf(status: number, code: string, detail: string, members: Record<string, unknown> = {}): Problem {
  return { type: 'about:blank', title: titleOf(status), status, code, detail, ...members };
}

/** Thrown anywhere in the api: becomes a problem document. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly retryAfterSeconds?: number;
  constructor(status: number, code: string, detail: string, members: Record<string, unknown> = {}, retryAfterSeconds?: number) {
    super(detail);
    this.problem = problemOf(status, code, detail, members);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
