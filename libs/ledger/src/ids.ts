import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { randomBytes } from '#vault';

const rng = (): Uint8Array => randomBytes(16);

/** A new event or request id (UUIDv7, lower case); its random part comes from a pool, since every event takes two. */
export const uuidv7 = (): string => v7({ rng });

/** A new holder or identifier id (random, UUIDv4): it tells nothing, not even when it was made. */
export const newHolderId = (): string => randomUUID();
