import { execFile } from 'node:child_process';
import { chown, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { until, type Load } from '#testing';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const run = promisify(execFile);

/** A small file system of its own for a table; needs the right to mount. Gives its folder, how to make room, and to undo all. */
async function onSmallDisk(world: World, table: 'events' | 'outbox', megabytes: number): Promise<{ folder: string; makeRoom(): Promise<void>; undo(): Promise<void> }> {
  const folder = join(world.dataDir, 'small-disk');
  const { uid, gid } = await stat(join(world.dataDir, 'postgres/cluster/PG_VERSION'));
  const [held] = await world.query<{ bytes: string }>(`SELECT pg_total_relation_size('${table}') AS bytes`);
  const size = Math.ceil((Number(held?.bytes) * 1.1) / 1_048_576) + megabytes;
  await mkdir(folder);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=0700,uid=${uid},gid=${gid}`, 'small-disk', folder]);
  await chown(folder, uid, gid);
  await world.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
  await world.query(`ALTER TABLE ${table} SET TABLESPACE small`);
  return {
    folder,
    makeRoom: async () => void (await run('mount', ['-o', 'remount,size=512m', folder])),
    undo: async () => {
      await world.query(`ALTER TABLE ${table} SET TABLESPACE pg_default`);
      await world.query('DROP TABLESPACE small');
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * The disk of the outbox is full at once: a file takes the room, and no relay makes any. For a world whose table of events is
 * too large to be moved aside.
 */
export async function fillOutboxDisk(world: World, running: Load, seconds: number): Promise<void> {
  await world.program('relay').kill();
  const disk = await onSmallDisk(world, 'outbox', 16);
  const filler = join(disk.folder, 'filler');
  const fill = async (): Promise<void> => {
    await world.query('VACUUM FULL outbox');
    const before = running.refused.length;
    await world.whileDatabaseIsDown(async () => {
      await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']).catch(() => undefined);
      await until(() => running.refused.length > before, { timeoutMs: 60_000, what: 'the disk to be full' });
      await pause(seconds * 1_000);
      await rm(filler);
    });
    await running.more(100);
  };
  await fill().finally(() => rm(filler, { force: true }).then(disk.undo));
  await world.program('relay').start();
}

export const diskFull = experiment({
  name: 'disk-full',
  title: 'the disk of the events is full: 503 until there is room, nothing half-done, nothing acknowledged lost',
  short: { megabytes: 4, seconds: 3 },
  whole: { megabytes: 32, seconds: 30 },
  async run(world, sizes) {
    const disk = await onSmallDisk(world, 'events', sizes.megabytes);
    const work = world.load({ next: await ownPeople(world) }, async (running) => {
      await world.whileDatabaseIsDown(async () => {
        await until(() => running.refused.length > 0, { timeoutMs: 120_000, what: 'the disk to be full' });
        const full = performance.now();
        await until(() => performance.now() > full + sizes.seconds * 1_000, { timeoutMs: sizes.seconds * 2_000, what: 'time' });
        await disk.makeRoom();
      });
      await running.more(200);
    });
    const load = await work.finally(() => disk.makeRoom().then(disk.undo));
    demand(load.refused.length > 0, 'the disk was never full');
    return `${sizes.megabytes} MB filled, full for ${sizes.seconds} s, ${load.refused.length} answers 503, ${load.repeated} calls answered at a repeat`;
  },
});
