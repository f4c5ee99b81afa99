/** Signing would say something that an earlier checkpoint, the tiles or the database contradict: an operator must look. */
export class LogRefused extends Error {}
