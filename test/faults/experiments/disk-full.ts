import { execFile } from 'node:child_process';
import { chown, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '#testing';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const run = promisify(execFile);

/** A small file system of its own for the table of events; needs the right to mount. Gives how to make room, and to undo all. */
async function onSmallDisk(world: World, megabytes: number): Promise<{ makeRoom(): Promise<void>; undo(): Promise<void> }> {
  const folder = join(world.dataDir, 'small-disk');
  const { uid, gid } = await stat(join(world.dataDir, 'postgres/cluster/PG_VERSION'));
  const [held] = await world.query<{ bytes: string }>(`SELECT pg_total_relation_size('events') AS bytes`);
  const size = Math.ceil((Number(held?.bytes) * 1.1) / 1_048_576) + megabytes;
  await mkdir(folder);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=0700,uid=${uid},gid=${gid}`, 'small-disk', folder]);
  await chown(folder, uid, gid);
  await world.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
  await world.query('ALTER TABLE events SET TABLESPACE small');
  return {
    makeRoom: async () => void (await run('mount', ['-o', 'remount,size=512m', folder])),
    undo: async () => {
      await world.query('ALTER TABLE events SET TABLESPACE pg_default');
      await world.query('DROP TABLESPACE small');
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

export const diskFull = experiment({
  name: 'disk-full',
  title: 'the disk of the events is full: 503 until there is room, nothing half-done, nothing acknowledged lost',
  short: { megabytes: 4, seconds: 3 },
  whole: { megabytes: 32, seconds: 30 },
  async run(world, sizes) {
    const disk = await onSmallDisk(world, sizes.megabytes);
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
