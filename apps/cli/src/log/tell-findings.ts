import type { Finding } from '#proof';
import { visibleLine } from '../visible.js';

const LABELS: Readonly<Record<Finding['state'], string>> = { holds: 'holds', fails: 'FAILS', late: 'late ', open: 'open ' };

/** What was looked at, a line each: what holds, what does not, what is late, what was not looked at. */
export function tellFindings(findings: readonly Finding[]): void {
  for (const { state, text } of findings) console.log(`${LABELS[state]}  ${visibleLine(text)}`);
}
