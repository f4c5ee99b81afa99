export { typeOrmStore } from './postgres/typeorm-store.js';
