/** The page of a room's events: plain HTML, made from the AsyncAPI document. It has no scripts. */
import { RESYNC_STEPS } from '@/contracts/room-events/frames';
import type { AsyncApiDocument, Message } from './asyncapi';
import { type JsonSchema, typeOf } from './examples';

const STYLE = `body{font:16px/1.5 system-ui;max-width:64rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #ccc;padding:.4rem .6rem;text-align:left;vertical-align:top}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.6rem;white-space:pre-wrap;word-break:break-word}
h3{margin:2rem 0 .2rem}`;

export function eventsPage(document: AsyncApiDocument): string {
  const { info, components } = document;
  const messages = Object.values(components.messages);
  const sent = messages.filter((message) => message['x-durable'] === undefined);
  const durable = messages.filter((message) => message['x-durable']);
  const passing = messages.filter((message) => message['x-durable'] === false);
  const [intro = ''] = info.description.split('\n\nAt `resync`');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footlight rooms</title>
<style>${STYLE}</style>
<h1>${escapeHtml(info.title)}</h1>
<p><a href="../docs">API reference</a> · <a href="../asyncapi.json">AsyncAPI 3 document</a></p>
${intro
  .split('\n\n')
  .map((text) => `<p>${inline(text)}</p>`)
  .join('\n')}
<h2 id="resync">What to do at <code>resync</code></h2>
<p>It comes in the first frame only, right after <code>welcome</code>.</p>
<ol>${RESYNC_STEPS.map((step) => `<li>${inline(step)}</li>`).join('')}</ol>
<h2 id="close-codes">Close codes</h2>
${tableOf(
  ['code', 'reason', 'meaning', 'come back', 'wait first'],
  document['x-close-codes'].map(({ code, reason, description, comeBack, delay }) => [
    String(code),
    reason && `\`${reason}\``,
    description,
    comeBack,
    delay,
  ]),
)}
<h2 id="errors">Codes of <code>error</code></h2>
${tableOf(
  ['code', 'meaning'],
  Object.entries(document['x-error-codes']).map(([code, sentence]) => [`\`${code}\``, sentence]),
)}
<h2 id="sent">What a client sends</h2>
${sent.map(section).join('\n')}
<h2 id="durable">Durable events, with <code>seq</code></h2>
${durable.map(section).join('\n')}
<h2 id="passing">Events that are not stored</h2>
${passing.map(section).join('\n')}
</html>`;
}

function section({ name, summary, payload, examples }: Message): string {
  const required = payload.required ?? [];
  const rows = Object.entries(payload.properties ?? {})
    .filter(([field]) => field !== 'type')
    .map(([field, schema]) => [
      `\`${field}\`${required.includes(field) ? '' : ' (optional)'}`,
      typeText(schema),
      (schema as { description?: string }).description ?? '', // kept by zod
    ]);
  return `<h3><code>${escapeHtml(name)}</code></h3>
<p>${inline(summary)}</p>
${rows.length > 0 ? tableOf(['field', 'type', ''], rows) : ''}
<pre>${escapeHtml(JSON.stringify(examples[0]?.payload))}</pre>`;
}

/** A type in a few words: `text`, `{ id, username }`, `list of uuid`, `text or null`. */
function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return [...new Set(alternatives.map(typeText))].join(' or ');
  switch (typeOf(schema)) {
    case 'object':
      return schema.properties ? `{ ${Object.keys(schema.properties).join(', ')} }` : 'object';
    case 'array':
      return `list of ${schema.items ? typeText(schema.items) : 'values'}`;
    case 'string':
      return schema.format ?? 'text';
    default:
      return typeOf(schema) ?? 'any';
  }
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th>${inline(text)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((text) => `<td>${inline(text)}</td>`).join('')}</tr>`).join('\n');
  return `<table><tr>${head}</tr>\n${body}</table>`;
}

/** Text with code in backticks, and strong words in asterisks. */
function inline(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
