import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

/** One JSON line an event on stdout; ids of devices and addresses stay out of it. */
export const createLog = (level: string): Logger => pino({ level, base: { app: 'analytics' }, timestamp: pino.stdTimeFunctions.isoTime });

/** What the framework has to say goes the same way; its chatter at start is kept for `debug`. */
export const frameworkLog = (log: Logger): LoggerService => ({
  log: (message: unknown) => log.debug(String(message)),
  warn: (message: unknown) => log.warn(String(message)),
  error: (message: unknown) => log.error(String(message)),
});
