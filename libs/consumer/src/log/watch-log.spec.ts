import { beforeEach, describe, expect, test } from '@jest/globals';
import { memoryStore } from '../memory/memory-store.js';
import type { Store } from '../store.js';
import { spansOf, type Span } from './spans.js';
import { judgeLog } from './watch-log.js';

let store: Store<undefined>;
let ends: Map<number, string>;
let said: string[];
let lost: Span[][];
let judge: ReturnType<typeof judgeLog>;

/** Partition 0 up to `read`, and these indices seen. */
const note = (read: number, ...seen: number[]): Promise<void> => store.transact((session) => session.note('events', new Map([[0, String(read)]]), spansOf(seen)));
const look = async (times = 1): Promise<void> => {
  for (let time = 0; time < times; time += 1) await judge.look();
};

beforeEach(() => {
  store = memoryStore();
  ends = new Map([[0, '10'], [1, '0']]);
  said = [];
  lost = [];
  const say = (_: object, message: string): void => void said.push(message);
  judge = judgeLog({ store, topic: 'events', ends: async () => ends, logger: { debug: say, info: say, warn: say, error: say }, onMissing: (missing) => void lost.push(missing) });
});

describe('the log as a system sees it', () => {
  test('is complete up to where everything was seen, and that is said once', async () => {
    await note(10, -1, 0, 1, 2);
    await look(3);
    expect(judge.health()).toEqual({ completeTo: 2, missing: [] });
    expect(said).toEqual(['nothing is missing up to here']);
  });

  test('lacks an index once the topic was read past its end as it was a round after a higher index came', async () => {
    await note(10, -1, 0, 1, 4, 6);
    await look(2);
    expect(judge.health()).toEqual({ completeTo: 1, missing: [] });
    await look();
    expect(judge.health()).toEqual({ completeTo: 1, missing: [{ from: 2, to: 3 }, { from: 5, to: 5 }] });
    expect(said).toEqual(['events are missing from the topic']);
    await look(4);
    expect(said).toHaveLength(1);
  });

  test('lacks nothing while a partition is still to be read, however long that takes', async () => {
    ends = new Map([[0, '10'], [1, '5']]);
    await note(10, -1, 0, 2);
    await look(20);
    expect(judge.health()).toEqual({ completeTo: 0, missing: [] });
    await store.transact((session) => session.note('events', new Map([[1, '5']]), spansOf([1])));
    await look();
    expect(judge.health()).toEqual({ completeTo: 2, missing: [] });
    expect(said).toEqual(['nothing is missing up to here']);
  });

  test('is whole again when what was missing has come, and that is said', async () => {
    await note(10, -1, 0, 2);
    await look(3);
    await note(11, 1, 3);
    await look();
    expect(judge.health()).toEqual({ completeTo: 3, missing: [] });
    expect(said).toEqual(['events are missing from the topic', 'the missing events have arrived']);
  });

  test('lacks a second index beside the first when that goes missing later', async () => {
    await note(10, -1, 0, 2);
    await look(3);
    await note(12, 3, 5);
    ends = new Map([[0, '12']]);
    await look(3);
    expect(judge.health()).toEqual({ completeTo: 0, missing: [{ from: 1, to: 1 }, { from: 4, to: 4 }] });
    expect(said).toHaveLength(2);
  });

  test('tells of what has been missing for six looks, once for each, so that it can be made up for', async () => {
    await note(10, -1, 0, 2);
    await look(7);
    expect(lost).toEqual([]);
    await look();
    expect(lost).toEqual([[{ from: 1, to: 1 }]]);
    await note(12, 3, 5);
    ends = new Map([[0, '12']]);
    await look(7);
    expect(lost).toHaveLength(1);
    await look(10);
    expect(lost).toEqual([[{ from: 1, to: 1 }], [{ from: 4, to: 4 }]]);
  });

  test('tells again of what is missing still, where what was made up for may be gone', async () => {
    await note(10, -1, 0, 2);
    await look(8);
    await look(20);
    expect(lost).toHaveLength(1);
    judge.tellAgain();
    await look(6);
    expect(lost).toHaveLength(1);
    await look();
    expect(lost).toEqual([[{ from: 1, to: 1 }], [{ from: 1, to: 1 }]]);
  });

  test('tells again only once what came before it is read again', async () => {
    await note(10, -1, 0, 2);
    await look(8);
    await note(7);
    judge.tellAgain();
    await look(20);
    expect(lost).toHaveLength(1);
    await note(10);
    await look(6);
    expect(lost).toHaveLength(2);
  });

  test('tells nothing of what came late', async () => {
    await note(10, -1, 0, 2);
    await look(5);
    expect(judge.health()?.missing).toEqual([{ from: 1, to: 1 }]);
    await note(11, 1);
    await look(20);
    expect(lost).toEqual([]);
  });

  test('says that an index is missing also when another arrives at the same look', async () => {
    await note(10, -1, 0, 2);
    await look(3);
    await note(12, 3, 5);
    ends = new Map([[0, '12']]);
    await look(2);
    await note(13, 1);
    await look();
    expect(judge.health()?.missing).toEqual([{ from: 4, to: 4 }]);
    expect(said.filter((message) => message === 'events are missing from the topic')).toHaveLength(2);
  });

  test('is not judged before anything is known of it', async () => {
    await look(3);
    expect(judge.health()).toBeUndefined();
  });
});
