/** The AsyncAPI 3 document of a room's socket, made of the schemas by which the room reads and writes. */
import { z } from '@hono/zod-openapi';
import { BROKEN, CLOSE_PAGES, COME_BACK } from '@/contracts/room-events/close-codes';
import { durableEvents, type EventName, roomEvents, sentEvent } from '@/contracts/room-events/events';
import { FRAME_PAGES, RESYNC_STEPS } from '@/contracts/room-events/frames';
import { ROOM_REFUSALS } from '@/contracts/room-events/refusals';
import { CLOSE, type CloseReason, Frame } from '@/contracts/room-wire';
import { VERSION } from '@/shared/version';
import { Examples, isRecord, type JsonSchema } from './examples';

const INVALID = 'The frame is malformed. The message names the field.';

const DESCRIPTION = `One WebSocket for each room: a stream, a room that users open, or a support chat.

\`POST /stream/{id}/join\` answers a pass (one minute, one use) and the URL. A client sends one JSON object a frame. The \
server sends a JSON **array** of events a frame, \`welcome\` first. Ignore events and fields that you do not know.

Durable events carry \`seq\`, strictly rising without gaps. After a lost connection come back with the newest resume pass \
and \`since=<seq>\`: what you missed comes before anything new. A frame with an \`id\` is answered by \`ack\` or \`error\`.

At \`resync\`:

${RESYNC_STEPS.map((step, index) => `${index + 1}. ${step}`).join('\n')}`;

export interface Message {
  readonly name: string;
  readonly summary: string;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly payload: unknown }[];
  /** Whether it is stored and has a `seq`. Undefined for what clients send. */
  readonly 'x-durable'?: boolean;
}

export interface CloseCode {
  readonly code: number;
  readonly reason: string;
  readonly description: string;
  readonly comeBack: string;
  readonly delay: string;
}

export type AsyncApiDocument = ReturnType<typeof asyncApiDocument>;

/** @param origin the platform's own */
export function asyncApiDocument(origin: string) {
  const inbound = frameMessages();
  const outbound = eventMessages();
  const { host, protocol } = new URL(origin);
  const messages = Object.fromEntries([...inbound, ...outbound].map((message) => [keyOf(message), message]));
  return {
    asyncapi: '3.0.0',
    info: { title: 'Footlight rooms', version: VERSION, description: DESCRIPTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: { here: { host, protocol: protocol === 'https:' ? 'wss' : 'ws', pathname: '/api/v1' } },
    channels: {
      room: {
        address: '/stream/{id}/ws',
        title: "A room's socket",
        parameters: { id: { description: "The stream's id, the room's, or the support thread's." } },
        messages: Object.fromEntries(
          Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }]),
        ),
        bindings: { ws: { method: 'GET', query: QUERY, bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      hearFrames: operation('receive', 'A client sends one object a frame.', inbound),
      sendEvents: operation('send', 'The server sends an array of these events a frame.', outbound),
    },
    components: { messages },
    'x-error-codes': errorCodes(),
    'x-close-codes': closeCodes(),
  };
}

const QUERY = {
  type: 'object',
  properties: {
    pass: { type: 'string', description: 'From joining, or the newest resume pass.' },
    since: { type: 'string', description: 'The last `seq` that you have.' },
  },
};

/** Names of both directions are in one list, and both have a `read` and a `typing` of their own. */
function keyOf({ name, 'x-durable': durable }: Message): string {
  return durable === undefined ? `send.${name}` : name;
}

function operation(action: 'send' | 'receive', summary: string, messages: readonly Message[]) {
  return {
    action,
    summary,
    channel: { $ref: '#/channels/room' },
    messages: messages.map((message) => ({ $ref: `#/channels/room/messages/${keyOf(message)}` })),
  };
}

function frameMessages(): Message[] {
  return Frame.options.map((option) => {
    const [name] = option.shape.type.values;
    return messageOf(name ?? '', FRAME_PAGES[option.shape.type.value], toJsonSchema(option, 'input'));
  });
}

function eventMessages(): Message[] {
  const names = Object.keys(roomEvents) as EventName[]; // its own keys
  return names.map((name) => {
    const [, sentence] = roomEvents[name];
    const isDurable = name in durableEvents;
    const json = open(toJsonSchema(sentEvent(name), 'output'));
    return { ...messageOf(name, sentence, name === 'error' ? withCodes(json) : json), 'x-durable': isDurable };
  });
}

function messageOf(name: string, summary: string, payload: JsonSchema): Message {
  return { name, summary, payload, examples: [{ payload: new Examples(() => undefined).of(payload) }] };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'draft-7', io, unrepresentable: 'any' });
  return json as JsonSchema; // the same format, by another type
}

/** A later version may add fields to an event. Only the tests refuse unknown ones. */
function open(schema: JsonSchema): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isRecord(value)) return value;
    const fields = Object.entries(value).filter(([name, field]) => name !== 'additionalProperties' || field !== false);
    return Object.fromEntries(fields.map(([name, field]) => [name, walk(field)]));
  };
  return walk(schema) as JsonSchema; // less by some fields
}

function withCodes(schema: JsonSchema): JsonSchema {
  const codes = Object.keys(errorCodes());
  return { ...schema, properties: { ...schema.properties, code: { type: 'string', enum: codes } } };
}

export function errorCodes(): Readonly<Record<string, string>> {
  return { ...ROOM_REFUSALS, FRAME_INVALID: INVALID };
}

/** By code, then in the order of the list. */
export function closeCodes(): CloseCode[] {
  const own = Object.entries(CLOSE_PAGES).map(([name, { sentence, comeBack, delay }]) => {
    const [code, reason] = CLOSE[name as CloseReason]; // the keys of its list
    return { code, reason, description: sentence, comeBack: COME_BACK[comeBack], delay };
  });
  const { code, sentence, comeBack, delay } = BROKEN;
  const broken = { code, reason: '', description: sentence, comeBack: COME_BACK[comeBack], delay };
  return [...own, broken].toSorted((a, b) => a.code - b.code);
}

/** The rows of the guide's table, which a test compares with these. */
export function closeCodeRows(): string[] {
  return closeCodes().map(
    ({ code, reason, description, comeBack, delay }) =>
      `| ${code}${reason === '' ? '' : ` \`${reason}\``} | ${description} | ${comeBack} | ${delay} |`,
  );
}
