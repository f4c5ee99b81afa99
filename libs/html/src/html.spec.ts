import { expect, test } from '@jest/globals';
import { html, jsonBlock } from './html.js';

test('no value can become a tag or end a data block', () => {
  expect(html`<p title="${'"><script>'}">${"<b>'&"}</p>`.markup).toBe('<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&#39;&amp;</p>');
  expect(jsonBlock({ a: '</script>' }).markup).toBe('{"a":"\\u003c/script>"}');
});

test('markup within markup stands as it is, and what is absent leaves nothing', () => {
  const items = ['a', '<'].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${items}</ul>${false}${undefined}${0}`.markup).toBe('<ul><li>a</li><li>&lt;</li></ul>0');
});
