import { OF_DATABASE } from './database.js';
import { OF_KAFKA } from './kafka.js';
import type { Moment } from './moment.js';
import { OF_PEOPLE } from './people.js';
import { OF_PROGRAMS } from './programs.js';

/** After these every program is a new process: later ones would hide what a process gathers with time. */
export const BEGIN_ANEW: ReadonlySet<string> = new Set(['all told to end without Kafka', 'clocks jumping']);

/** Every fault of the experiments that can come at any time, by its name. */
export const MOMENTS: Record<string, Moment> = { ...OF_PROGRAMS, ...OF_KAFKA, ...OF_DATABASE, ...OF_PEOPLE };
