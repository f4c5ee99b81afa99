export { escapeHtml, html, jsonBlock, type Markup } from './html.js';
