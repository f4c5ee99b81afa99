import type { Pool } from 'pg';
import type { Consumer, ConsumerHealth } from '#consumer';
import { readChart, type Bar, type Range } from '../store/chart.js';
import { readFigures, readPaths, readSegments, type Figures, type PathCount, type SegmentCount } from '../store/figures.js';
import { readReactions, type Reaction } from '../store/reactions.js';

/** What the overview shows at one moment. */
export interface View {
  figures: Figures;
  range: Range;
  bars: Bar[];
  paths: PathCount[];
  segments: SegmentCount[];
  reactions: Reaction[];
  health: ConsumerHealth;
  now: Date;
}

const SHOWN = 8;

/** Reads it from the analytics' own database. */
export async function readView({ pool, consumer }: { pool: Pool; consumer: Consumer }, range: Range): Promise<View> {
  const now = new Date();
  const [figures, bars, paths, segments, reactions] = await Promise.all([
    readFigures(pool, now),
    readChart(pool, range, now),
    readPaths(pool, now, SHOWN),
    readSegments(pool, SHOWN),
    readReactions(pool, SHOWN + 2),
  ]);
  return { figures, range, bars, paths, segments, reactions, health: consumer.health(), now };
}
