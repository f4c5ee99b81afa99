export { ask, oneByOne } from './ask.js';
export { BEAT_MS } from './beat.js';
export { follow, type Follower } from './follow.js';
export { createHub, type Hub } from './hub.js';
export { answerAsStream, type Join, type OpenPage } from './stream.js';
