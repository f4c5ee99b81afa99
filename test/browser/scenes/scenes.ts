import { API_SCENES } from './of-api.js';
import { SYSTEM_SCENES } from './of-systems.js';
import { WEBSITE_SCENES } from './of-website.js';
import type { Scene } from './scene.js';

export { prepare, type Prepared } from './prepare.js';
export { openScene, type Scene } from './scene.js';

/** Every page of every program, in its states. A new page is one more line in its list: tests walk it, and its picture is taken. */
export const SCENES: Scene[] = [...WEBSITE_SCENES, ...SYSTEM_SCENES, ...API_SCENES];
