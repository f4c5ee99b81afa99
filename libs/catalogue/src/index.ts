export { blocksOf, type Block } from './blocks.js';
export {
  type Authority,
  type Catalogue,
  type CatalogueTexts,
  type Category,
  type Context,
  type Controller,
  type Duty,
  type FieldText,
  type Partner,
  type PreferenceChoices,
  type Recipient,
  type Right,
  type Source,
  type SummaryText,
  type Texts,
  type TitleText,
} from './catalogue.js';
export { copyCatalogue } from './copy.js';
export { catalogueHash, definitionOf, noticeHash } from './hashes.js';
export { loadCatalogue } from './load.js';
export { type BasedOn, type Notice, type NoticeChange, type NoticeDocument } from './notice.js';
export { type Problem } from './problem.js';
export { type Choice, type NoticeName, type Purpose, type Retention } from './purpose.js';
export { validateCatalogue, type Validation } from './validate.js';
