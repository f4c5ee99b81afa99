/** New keys of people are to be wrapped by the master of this name; nothing of the batch was written. */
export class MasterRotated extends Error {
  constructor(readonly master: string) {
    super(`the master key in use is ${master}`);
  }
}

/** What went wrong with a statement, and so what may be done about it. */
export type Fault = 'again' | 'unclear' | 'taken' | 'broken';

/** 53100 and 53200: no disk or no memory for the statement, which was undone whole. */
const AGAIN = new Set(['40001', '40P01', '55P03', '57014', '53100', '53200']);
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENOENT']);
const CLIENT_MESSAGES = /connection terminated|connection error|not queryable|timeout exceeded|client was closed|connection ended|query read timeout/i;

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');

function isConnectionFault(error: unknown): boolean {
  const code = codeOf(error);
  if (NETWORK.has(code) || /^(08|57P|25P04|53300)/.test(code)) return true;
  return code === '' && error instanceof Error && CLIENT_MESSAGES.test(error.message);
}

/**
 * `again`: nothing was written, the same statement may run again. `unclear`: the connection broke, so it may have been
 * written: look before repeating. `taken`: a unique key stands already. `broken`: it will fail every time.
 */
export function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  if (AGAIN.has(code)) return 'again';
  if (code === '23505') return 'taken';
  return isConnectionFault(error) ? 'unclear' : 'broken';
}

/** The unique key that stands already, where that is what went wrong. */
export const takenKey = (error: unknown): string => String((error as { constraint?: unknown } | undefined)?.constraint ?? '');
