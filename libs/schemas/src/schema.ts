/** A JSON Schema of draft 2020-12, as far as the contract uses it. */
export type Schema = boolean | SchemaObject;

export interface SchemaObject {
  $schema?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  description?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  if?: Schema;
  then?: Schema;
  else?: Schema;
  [keyword: string]: unknown;
}

/** What an event type means, and what its events say beside what every event says. */
export interface TypeSource extends SchemaObject {
  description: string;
  /** When an event of the type is published. */
  'x-published': string;
}

/** The contract as it is written: everything else is made of it. */
export interface ContractSource {
  definitions: Record<string, SchemaObject>;
  types: Record<string, TypeSource>;
  messages: Record<string, SchemaObject>;
}
