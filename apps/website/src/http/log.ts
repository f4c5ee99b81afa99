import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export const LOG = Symbol('log');

/** One JSON line an event on stdout; nothing about visitors. */
export const createLog = (level: string): Logger => pino({ level, base: { app: 'website' }, timestamp: pino.stdTimeFunctions.isoTime });

/** What the framework has to say goes the same way; its chatter at start is kept for `debug`. */
export const frameworkLog = (log: Logger): LoggerService => ({
  log: (message: unknown) => log.debug(String(message)),
  warn: (message: unknown) => log.warn(String(message)),
  error: (message: unknown) => log.error(String(message)),
});
