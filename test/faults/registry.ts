import type { Experiment } from './experiment.js';
import { apiBetweenCommitAndReply } from './experiments/api-between-commit-and-reply.js';
import { apiKilled } from './experiments/api-killed.js';

/** In the order in which they are run. */
export const EXPERIMENTS: readonly Experiment[] = [apiKilled, apiBetweenCommitAndReply];
