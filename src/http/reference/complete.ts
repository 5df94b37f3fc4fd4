/** Puts examples into the pages of the document: for parameters, bodies and responses. */
import type { z } from '@hono/zod-openapi';
import type { Endpoint } from '../endpoint';
import { Examples, FILE, isRecord, type JsonSchema } from './examples';
import { LEFT_OUT } from './values';

interface MediaType {
  schema?: JsonSchema;
  example?: unknown;
}
type Content = Record<string, MediaType>;

/** The parts of an operation that take examples. */
export interface Page {
  parameters?: { name: string; in?: string; schema?: JsonSchema; example?: unknown }[];
  requestBody?: { content: Content };
  responses?: Record<string, { $ref?: string; content?: Content }>;
}

/** @param schemas the document's `components.schemas` */
export function exampleMaker(schemas: Readonly<Record<string, JsonSchema>>): Examples {
  return new Examples((reference) => schemas[reference.replace('#/components/schemas/', '')]);
}

export function completePage(page: Page, { body, upload }: Endpoint, examples: Examples): void {
  for (const parameter of page.parameters ?? [])
    if (parameter.schema) parameter.example = examples.of(parameter.schema, parameter.name);
  for (const [type, media] of Object.entries(page.requestBody?.content ?? {}))
    if (media.schema)
      media.example = exampleOfBody(examples, media.schema, upload && type !== upload.contentType ? upload.json : body);
  for (const { content = {} } of Object.values(page.responses ?? {}))
    for (const [type, media] of Object.entries(content)) completeAnswer(type, media, examples);
}

const CSV = 'day,coins\r\n2026-11-23,500\r\n';
const HTML = '<!doctype html>\n<title>Footlight</title>\n';

function completeAnswer(type: string, media: MediaType, examples: Examples): void {
  if (media.example !== undefined || !media.schema) return;
  if (type === 'text/csv') media.example = CSV;
  else if (type === 'text/html') media.example = HTML;
  else if (type.endsWith('json')) media.example = examples.of(media.schema);
}

/**
 * All fields, if the schema takes them together. Else the required ones, with each further one that it takes. A form's
 * files have no example.
 */
function exampleOfBody(examples: Examples, schema: JsonSchema, checked: z.ZodType | undefined): unknown {
  const required = examples.requiredOf(schema);
  const whole = withoutSome(examples.of(schema), (name) => LEFT_OUT.includes(name) && !required.includes(name));
  if (!checked || !isRecord(whole) || checked.safeParse(whole).success) return whole;
  let example = Object.fromEntries(Object.entries(whole).filter(([name]) => required.includes(name)));
  // Twice, since a field may only be taken beside a later one.
  for (const [name, value] of [...Object.entries(whole), ...Object.entries(whole)]) {
    const more = { ...example, [name]: value };
    if (checked.safeParse(more).success) example = more;
  }
  return example;
}

function withoutSome(example: unknown, isLeftOut: (name: string) => boolean): unknown {
  if (!isRecord(example)) return example;
  return Object.fromEntries(Object.entries(example).filter(([name, value]) => !isFile(value) && !isLeftOut(name)));
}

const isFile = (value: unknown): boolean => value === FILE || (Array.isArray(value) && value.some(isFile));
