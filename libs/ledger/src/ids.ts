import { v7 } from 'uuid';
import { randomUUID } from 'node:crypto';

/** A new event or request id (UUIDv7, lower case). */
export const uuidv7 = (): string => v7();

/** A new holder or identifier id (random, UUIDv4): it tells nothing, not even when it was made. */
export const newHolderId = (): string => randomUUID();
