import type { Pool } from 'pg';
import { addSystem, listSystems, type System } from '#propagation';

/** The systems that `npm start` runs. */
const SYSTEMS: readonly System[] = [
  { id: 'newsletter', purposes: ['newsletter'], deadlineMs: 5_000 },
  { id: 'analytics', purposes: ['analytics-segmentation', 'statistics'], deadlineMs: 5_000 },
  { id: 'portal', deadlineMs: 5_000 },
];

/** Registers them once: what an operator has changed or removed since stays so. */
export async function developmentSystems(pool: Pool, ledger: number): Promise<void> {
  if ((await listSystems(pool, ledger)).length > 0) return;
  for (const system of SYSTEMS) await addSystem(pool, ledger, system);
}
