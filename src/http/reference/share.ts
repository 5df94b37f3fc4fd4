/**
 * Moves responses that many pages have alike into the document's `components.responses`. That halves the document, and
 * generated clients have one type for each.
 */
import { isRecord } from './examples';

type Responses = Record<string, unknown>;

/** The codes that its description lists. */
function codesOf(response: unknown): string[] {
  if (!isRecord(response) || typeof response.description !== 'string') return [];
  return [...response.description.matchAll(/^- `([A-Z_]+)`/gm)].map(([, code = '']) => code);
}

/** @param pages each is changed @returns the shared responses by name, such as `429.TOO_MANY_REQUESTS` */
export function shareRefusals(pages: readonly { responses?: Responses }[]): Responses {
  const places = pages.flatMap(({ responses = {} }) =>
    Object.entries(responses).map(([status, response]) => ({ responses, status, text: JSON.stringify(response) })),
  );
  const shared: Responses = {};
  for (const alike of Map.groupBy(places, ({ text }) => text).values()) {
    const [first] = alike;
    const response = first?.responses[first.status];
    const codes = codesOf(response);
    const name = [first?.status, ...codes].join('.');
    // The same codes with other headers stay on their pages.
    if (alike.length === 1 || codes.length === 0 || name in shared) continue;
    shared[name] = response;
    for (const { responses, status } of alike) responses[status] = { $ref: `#/components/responses/${name}` };
  }
  return shared;
}
