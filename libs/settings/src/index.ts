export { baseUrlIn, demandIn, portIn } from './read-env.js';
