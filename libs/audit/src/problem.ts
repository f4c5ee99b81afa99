import type { Projection } from './projections.js';

/** Something that does not hold, and where: as much of the place as is known. */
export interface Problem {
  person?: string;
  purpose?: string;
  version?: number;
  seq?: number;
  /** Index in the log. */
  index?: number;
  text: string;
  /** The table, where what is wrong is a fold of events: replay can put it right. */
  projection?: Projection;
}

/** The place first, then what is wrong there, in one line. Ids and codes only. */
export function say({ person, purpose, version, seq, index, text }: Problem): string {
  const place = [
    person !== undefined && `person ${person}`,
    purpose !== undefined && `purpose ${purpose}`,
    version !== undefined && `version ${version}`,
    seq !== undefined && `event ${seq} of the person`,
    index !== undefined && `index ${index} of the log`,
  ].filter((part) => part !== false);
  return place.length > 0 ? `${place.join(', ')}: ${text}` : text;
}
