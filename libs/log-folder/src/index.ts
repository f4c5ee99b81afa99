export { LogFolder, LogForked } from './log-folder.js';
