import type { Option } from './form.js';

export interface Course {
  id: string;
  title: string;
  words: string;
  length: string;
  place: string;
  /** Held on that weekday (0 = Sunday) in that week of each month. */
  weekday: number;
  week: number;
}

export const courses: Course[] = [
  { id: 'grund', title: 'Koldioxid från grunden', words: 'Tryck, temperatur och säkerhet för den som aldrig har öppnat ett R744-system. Halva dagen vid maskinen.', length: 'En dag', place: 'Brabrand', weekday: 3, week: 2 },
  { id: 'service', title: 'Service och felsökning', words: 'Läs en anläggning genom styrningen, hitta felet och starta om utan att släppa ut laddningen.', length: 'Två dagar', place: 'Brabrand', weekday: 2, week: 3 },
  { id: 'varme', title: 'Ta vara på värmen', words: 'För projektörer: hur kylans värme räknas in i en byggnad, med exempel att räkna på själv.', length: 'En timme', place: 'Webbinarium', weekday: 4, week: 1 },
];

const MONTHS_AHEAD = 3;
const DAYS_AT_LEAST = 7;
const inWords = new Intl.DateTimeFormat('sv-SE', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

function dayIn(year: number, month: number, { weekday, week }: Course): Date {
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay();
  return new Date(Date.UTC(year, month, 1 + ((weekday - first + 7) % 7) + 7 * (week - 1)));
}

/** The next two days on which a course is held, none sooner than a week from now. */
export function comingDays(course: Course, now: Date): Option[] {
  const months = Array.from({ length: MONTHS_AHEAD + 1 }, (_, ahead) => dayIn(now.getUTCFullYear(), now.getUTCMonth() + ahead, course));
  const coming = months.filter((day) => day.getTime() - now.getTime() > DAYS_AT_LEAST * 86_400_000).slice(0, 2);
  return coming.map((day) => ({ value: `${course.id} ${day.toISOString().slice(0, 10)}`, label: `${course.title}, ${inWords.format(day)}` }));
}
