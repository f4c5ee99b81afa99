import { findRepository } from '#servers';
import { inOneSentence, sentence } from './refuse.js';
import { samtyckePrograms } from './samtycke-programs.js';
import { readSettings } from './settings.js';
import { setUpAll } from './set-up.js';
import { start } from './start.js';

/** `npm start`: everything on this machine, until Ctrl-C. */
async function main(): Promise<number> {
  try {
    return await start({ settings: readSettings(process.env, findRepository()), setUp: setUpAll, programs: samtyckePrograms });
  } catch (error) {
    console.error(sentence(inOneSentence(error)));
    return 1;
  }
}

process.exit(await main());
