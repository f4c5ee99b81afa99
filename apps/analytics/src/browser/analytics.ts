import { keepAges } from './ages.js';
import { drawChart } from './draw-chart.js';
import { followChanges } from './follow-changes.js';

keepAges();
const redraw = await drawChart();
followChanges(redraw);
