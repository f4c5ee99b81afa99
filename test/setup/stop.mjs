// After all tests: ends what start.mjs began, and removes its folder.
import { rm } from 'node:fs/promises';

export default async function stop() {
  const state = globalThis.samtyckeTestServers;
  if (!state) return;
  await state.product?.stop();
  await Promise.all(state.begun.map((server) => server.stop()));
  state.ending.clear();
  await rm(state.folder, { recursive: true, force: true });
}
