/** Log indices from `from` to `to`, both included. */
export interface Span {
  from: number;
  to: number;
}

/** Spans in order, without overlap, and none that touches the next. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { from, to } of [...spans].sort((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** The spans that hold these indices, which may repeat and come in any order. */
export function spansOf(indices: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const index of Float64Array.from(indices).sort()) {
    const last = spans.at(-1);
    if (last && index <= last.to + 1) last.to = index;
    else spans.push({ from: index, to: index });
  }
  return spans;
}

/** What lies between merged spans. */
export const holesOf = (spans: readonly Span[]): Span[] => spans.slice(1).map(({ from }, at) => ({ from: (spans[at]?.to ?? 0) + 1, to: from - 1 }));

/** What lies both in `some` and in `others`; each merged. */
export function inBoth(some: readonly Span[], others: readonly Span[]): Span[] {
  const common: Span[] = [];
  for (let one = 0, two = 0; one < some.length && two < others.length; ) {
    const [a, b] = [some[one], others[two]];
    if (!a || !b) break;
    const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
    if (from <= to) common.push({ from, to });
    if (a.to < b.to) one += 1;
    else two += 1;
  }
  return common;
}

/** What lies in `some` and not in `others`; each merged. */
export function outside(some: readonly Span[], others: readonly Span[]): Span[] {
  const around = [{ from: -Infinity, to: -Infinity }, ...others, { from: Infinity, to: Infinity }];
  return inBoth(some, holesOf(around));
}

/** Whether an index lies in one of these spans. */
export const isIn = (spans: readonly Span[], index: number | undefined): boolean => index !== undefined && spans.some(({ from, to }) => from <= index && index <= to);
