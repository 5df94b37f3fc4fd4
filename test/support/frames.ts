/** Checks every frame that a test receives from a room against the schemas that the reference shows. */
import type { z } from '@hono/zod-openapi';
import { type EventName, roomEvents, sentEvent } from '@/contracts/room-events/events';
import { undeclaredFields } from '@/http/check-answer';

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Event = { type: string; [field: string]: any };

const problems: string[] = [];

const names = Object.keys(roomEvents) as EventName[]; // its own keys
const schemas = new Map<string, z.ZodType>(names.map((name) => [name, sentEvent(name)]));

/** A frame that is not as the reference says fails its test, through `takeFrameProblems`. */
export function checkFrame(data: unknown): Event[] {
  const events: Event[] = JSON.parse(String(data));
  for (const event of events) {
    const schema = schemas.get(event.type);
    for (const fault of schema ? faultsOf(schema, event) : ['has no schema'])
      problems.push(`${event.type} ${fault} in ${JSON.stringify(event).slice(0, 400)}`);
  }
  return events;
}

function faultsOf(schema: z.ZodType, event: Event): string[] {
  const { success, data, error } = schema.safeParse(event);
  if (!success) return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return undeclaredFields(event, data).map((field) => `${field}: is not in the schema`);
}

export function takeFrameProblems(): string[] {
  return problems.splice(0);
}
