/** A handler of the system threw, or took too long. */
export class HandlerFault extends Error {
  override readonly name = 'HandlerFault';
  constructor(readonly fault: unknown, readonly timedOut = false) {
    super('a handler failed');
  }
}

/** The consumer is being stopped: what was under way comes again at the next start. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** PostgreSQL had given the transaction up, though nothing was thrown: a handler swallowed the error. */
export class Undone extends Error {
  override readonly name = 'Undone';
}

const member = (error: unknown, name: string): unknown => (typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined);

const codeOf = (error: unknown): string | undefined => {
  const code = member(error, 'code');
  return typeof code === 'string' ? code : undefined;
};

/**
 * Name and code of an error, for logs and dead letters. Never its message, which may hold personal data.
 */
export function nameOf(error: unknown): string {
  const inner = error instanceof HandlerFault ? error.fault : error;
  const name = member(inner, 'name');
  const code = codeOf(inner);
  const plain = typeof name === 'string' && /^[\w.-]{1,60}$/.test(name) ? name : typeof inner;
  return code !== undefined && /^[\w.-]{1,40}$/.test(code) ? `${plain} ${code}` : plain;
}

/** Where an error was thrown, without its message. */
export function placeOf(error: unknown): string[] {
  const inner = error instanceof HandlerFault ? error.fault : error;
  const stack = member(inner, 'stack');
  if (typeof stack !== 'string') return [];
  return stack.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 5).map((line) => line.trim());
}

const CONFLICTS = new Set(['40001', '40P01', '55P03', '57014']);
const CONNECTION = /^(08|53|57P|58|XX|25006|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)/;
/** Errors that pg throws without a code. */
const BROKEN = /Connection terminated|connection timeout|connection error|timeout exceeded when trying to connect|not queryable|Query read timeout|pool after calling end/i;

const WAITED = /^(57014|55P03|57P01|57P03|25006|08001|08004|ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/;
const NO_CONNECTION = /timeout exceeded when trying to connect|pool after calling end/i;

/** Nothing that a message says can cause this: no connection could be had, or a statement was not let through in its time. */
export function isNobodys(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return WAITED.test(code);
  const text = member(error, 'message');
  return typeof text === 'string' && NO_CONNECTION.test(text);
}

/** A statement was given up because it took too long, or waited too long for a lock: less work at a time may get through. */
export const isCutShort = (error: unknown): boolean => /^(57014|55P03)$/.test(codeOf(error) ?? '');

const atCommit = new WeakSet<object>();

/** Notes that an error came of a commit, whose checks are of what a handler wrote, and throws it on. */
export function ofCommit(error: unknown): never {
  if (typeof error === 'object' && error !== null) atCommit.add(error);
  throw error;
}

export const isOfCommit = (error: unknown): boolean => typeof error === 'object' && error !== null && atCommit.has(error);

/** Two transactions were in each other's way: worth another try at once. */
export const isConflict = (error: unknown): boolean => CONFLICTS.has(codeOf(error) ?? '');

/** The database's role may not do it: nothing that ends by itself. */
export const isForbidden = (error: unknown): boolean => codeOf(error) === '42501';

/** The database lacks disk, memory or connections: it may still take the one write and not the other. */
export const isFull = (error: unknown): boolean => codeOf(error)?.startsWith('53') ?? false;

/** A database takes no more clients. */
export const isCrowded = (error: unknown): boolean => codeOf(error) === '53300';

/** Something could not be reached over the network, as Node says it. */
export const isNetwork = (error: unknown): boolean => /^(ECONN|EPIPE$|ETIMEDOUT$|ENOTFOUND$|EHOSTUNREACH$|ENETUNREACH$|EAI_AGAIN$)/.test(codeOf(error) ?? '');

/** The database was away, full or read-only. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return CONNECTION.test(code);
  const text = member(error, 'message');
  return typeof text === 'string' && BROKEN.test(text);
}

/** Whether Kafka answered so; where the client tried again and gave up, that is the cause of its error. */
const isAnswer = (error: unknown, ...types: string[]): boolean => [error, member(error, 'cause')].some((one) => types.includes(String(member(one, 'type'))));

/** Kafka takes no batch of this size, however often it is sent. */
export const isTooLarge = (error: unknown): boolean => isAnswer(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE');

/** Kafka has no such topic, or none that this client may see. */
export const isNoTopic = (error: unknown): boolean => isAnswer(error, 'UNKNOWN_TOPIC_OR_PARTITION');

/** What one message alone can cause in the consumer's own statements: a value that cannot be stored. */
export const isAboutValues = (error: unknown): boolean => /^(22|23)/.test(codeOf(error) ?? '');

/** The database's answer to a statement, as opposed to an error of the program. */
export const isFromDatabase = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(codeOf(error) ?? '');
