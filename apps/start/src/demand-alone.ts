import { whyTaken } from './data-lock.js';

/** Ends with code 3 and says why, while another start holds the data folder given as the one argument; else with 0. */
const refusal = await whyTaken(process.argv[2] ?? '');
if (refusal) console.log(refusal);
process.exit(refusal ? 3 : 0);
