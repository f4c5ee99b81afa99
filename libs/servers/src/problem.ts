const CODES = [
  'no-java',
  'old-java',
  'no-maven',
  'no-network',
  'fetch-failed',
  'no-postgres',
  'no-account',
  'broken-data',
  'port-taken',
  'not-ready',
  'stopped',
] as const;

/** Why a server could not be had; stable, for programs. */
export type ProblemCode = (typeof CODES)[number];

/** An error whose message is one clear sentence (or two) for the one who started the program: what is wrong, and what helps. */
export type ServerProblem = Error & { code: ProblemCode };

export function problem(code: ProblemCode, message: string): ServerProblem {
  return Object.assign(new Error(message), { code });
}

export function isServerProblem(error: unknown): error is ServerProblem {
  return error instanceof Error && 'code' in error && CODES.some((code) => code === error.code);
}
