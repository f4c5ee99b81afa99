import type uPlot from 'uplot';

/** The chart library, as its own script (loaded before this one) leaves it on the page; absent where that script failed. */
export const Chart = (globalThis as unknown as { uPlot?: typeof uPlot }).uPlot;
