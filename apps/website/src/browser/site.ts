import { watchViews } from './statistics.js';

if (window.samtycke) watchViews(await window.samtycke.ready);
