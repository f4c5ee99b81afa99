/** A count with its noun: `1 event`, `2,000 events`. */
export const number = (count: number, one: string, many: string): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
