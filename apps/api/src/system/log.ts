import { pino, type Logger } from 'pino';

export const LOG = Symbol('log');

/** One JSON line an event on stdout. What is logged holds ids of calls and routes, never of people, nor addresses. */
export const createLog = (level: string): Logger => pino({ level, base: { app: 'api' }, timestamp: pino.stdTimeFunctions.isoTime });
