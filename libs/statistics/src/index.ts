export { Counts, forgetCounts, type CountsOptions } from './counts.js';
export { GROUPS, readStatistics, type Group, type LinkRow, type Statistics, type StatisticsRow, type StatisticsSpan } from './read-statistics.js';
export { ANSWERS, collectedOf, LINK_ACTS, type AnswerKind, type Collected, type LinkAct } from './words.js';
