import { readFileSync } from 'node:fs';

/** `VERIFY.md` of every pack: how to convince oneself, with a program, in a browser, and by hand. Its blocks run as they stand. */
export const VERIFY_GUIDE = readFileSync(new URL('VERIFY.md', import.meta.url));
