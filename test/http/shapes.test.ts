/**
 * Like things have one shape on the wire. Walks the OpenAPI document, so that a new shape of another kind fails here
 * unasked. An exception names its reason, and must still be one.
 */
import { describe, expect, it } from 'vitest';
import { describeApi } from '@/app';

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Every object of the document that has fields, with where it is: `Room.speakers`. */
function objectsOf(node: unknown, place: string): { place: string; fields: Readonly<Record<string, Schema>> }[] {
  if (Array.isArray(node)) return node.flatMap((one) => objectsOf(one, place));
  if (typeof node !== 'object' || node === null) return [];
  const { properties, ...others } = node as Schema;
  return [
    ...(properties ? [{ place, fields: properties }] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, field]) => objectsOf(field, `${place}.${name}`)),
    ...Object.values(others).flatMap((one) => objectsOf(one, place)),
  ];
}

const document = describeApi();
const objects = [
  ...Object.entries(document.components?.schemas ?? {}).flatMap(([name, schema]) => objectsOf(schema, name)),
  ...Object.entries(document.paths ?? {}).flatMap(([path, item]) => objectsOf(item, path)),
];
const namesOf = (fields: object) => Object.keys(fields);
const isTime = (field: Schema) => field.format === 'date-time';
const typesOf = (schema: Schema): unknown[] => [schema.type].flat();

/** The places where a rule is broken, but for its exceptions; and exceptions that are none any more. */
function findings(broken: readonly string[], exceptions: Readonly<Record<string, string>>) {
  const found = new Set(broken);
  return {
    broken: [...found].filter((place) => !(place in exceptions)),
    needless: Object.keys(exceptions).filter((place) => !found.has(place)),
  };
}
const NONE = { broken: [], needless: [] };

const CARD = ['id', 'username', 'displayName', 'avatarUrl', 'role', 'isLive', 'followerCount'];

const NOT_CARDS = {
  User: 'the account as its owner and staff see it; it has more than a card',
  'User.stage': 'the other names of the same account',
  ChatMessage: 'the line as it was written, with the names of then (shapes.md)',
  HeldMessage: 'a line that waits, as it was written',
  RepliedTo: 'the line that another one answers, as it was written',
  'Pin.announcement': 'written like a line, and shown like one',
  'Evidence.neighbours': 'lines as they were written, kept with a report',
  ReceiptParty: 'a party of a document, with the names of its day',
  ReceiptSide: 'a party of a document, with the names of its day',
  TokenRequest: 'names a stream by its host',
  ProfileRequest: 'what a user changes of their own account',
  UsernameChange: 'what a user changes of their own account',
  '/auth/register': 'a new account',
  '/auth/signup/email': 'a new account',
} as const;

describe('a person', () => {
  it('is a card wherever one is shown', () => {
    const broken = objects
      .filter(({ fields }) => 'username' in fields || 'displayName' in fields)
      .filter(({ fields }) => CARD.some((name) => !(name in fields)))
      .map(({ place }) => place);
    expect(findings(broken, NOT_CARDS)).toEqual(NONE);
  });

  it('is never shown by an id under a name that other shapes have for a card', () => {
    const CARDS =
      /^(user|creator|author|staff|sender|recipient|buyer|seller|assignee|subscriber|applicant|host|by|\w+By)$/;
    const broken = objects.flatMap(({ place, fields }) =>
      Object.entries(fields)
        .filter(
          ([name, field]) =>
            CARDS.test(name) && typesOf(field).includes('string') && !('enum' in field) && !isTime(field),
        )
        .map(([name]) => `${place}.${name}`),
    );
    expect(findings(broken, IDS_ONLY)).toEqual(NONE);
  });
});

const IDS_ONLY = {
  'Screening.by': 'as in its events, which carry no cards (shapes.md)',
  'HeldDecision.by': 'as in its event, which carries no card',
  'Pin.by': 'as in its event, which carries no card',
} as const;

const ONE_SIDED = {
  Discount: 'the least size of a package, and the most uses: two things',
  NewDiscount: 'the least size of a package, and the most uses: two things',
  DiscountChanges: 'the least size of a package, and the most uses: two things',
} as const;

describe('a limit', () => {
  it('with two ends is { min, max }', () => {
    const broken = objects
      .filter(({ fields }) => namesOf(fields).some((name) => /.Min$|^min[A-Z]/.test(name)))
      .filter(({ fields }) => namesOf(fields).some((name) => /.Max$|^max[A-Z]/.test(name)))
      .map(({ place }) => place);
    expect(findings(broken, ONE_SIDED)).toEqual(NONE);
  });

  it('never has one end without the other', () => {
    const broken = objects.filter(({ fields }) => 'min' in fields !== 'max' in fields).map(({ place }) => place);
    expect(broken).toEqual([]);
  });
});

const NOT_COUNTS = {
  'EarningEntry.diamonds': 'a change in a history: signed, from the reader’s side, as the amount of a transaction is',
  'CreatorAnalytics.totals.diamonds': 'by source (shapes.md)',
  'CreatorAnalytics.previous.diamonds': 'by source (shapes.md)',
  'CreatorAnalytics.byDay.diamonds': 'by source (shapes.md)',
} as const;

describe('an amount', () => {
  it('of diamonds is an integer that is never below zero', () => {
    const broken = objects.flatMap(({ place, fields }) =>
      Object.entries(fields)
        .filter(([name]) => /^diamonds$|[a-z]Diamonds$/.test(name))
        .filter(([, field]) => !typesOf(field).includes('integer') || Number(field.minimum ?? -1) < 0)
        .map(([name]) => `${place}.${name}`),
    );
    expect(findings(broken, NOT_COUNTS)).toEqual(NONE);
  });

  it('of money has its currency beside it, or is said to be in one', () => {
    const broken = objects
      .filter(({ fields }) => 'amountMinor' in fields && !('currency' in fields))
      .map(({ place }) => place);
    expect(findings(broken, IN_THE_ORDERS_CURRENCY)).toEqual(NONE);
  });

  it('is called amountMinor wherever it is only a currency and an amount', () => {
    const broken = objects
      .filter(({ fields }) => 'currency' in fields && namesOf(fields).length === 2 && !('amountMinor' in fields))
      .map(({ place }) => place);
    expect(broken).toEqual([]);
  });
});

const IN_THE_ORDERS_CURRENCY = {
  OrderRefund: 'in the currency of its order',
  RefundOfOrder: 'in the currency of the order',
  'ProblemDecision.refund': 'in the currency of the order',
  ReceiptReversal: 'in the currency of its receipt',
} as const;

const TIMES = [
  ...['at', 'since', 'until', 'from', 'time', 'startTime', 'endTime', 'scheduledFor', 'uploadDate', 'lastLogin'],
  ...['graceUntil', 'offeredUntil', 'suspendedUntil', 'waitingSince', 'respondBy', 'resolveBy', 'appealUntil'],
];

describe('a time', () => {
  it('is a date-time wherever its name ends in At', () => {
    const broken = objects.flatMap(({ place, fields }) =>
      Object.entries(fields)
        .filter(
          ([name, field]) => /[a-z]At$/.test(name) && !isTime(field) && !JSON.stringify(field).includes('date-time'),
        )
        .map(([name]) => `${place}.${name}`),
    );
    expect(broken).toEqual([]);
  });

  it('has a name that ends in At, or one of a few that everyone knows', () => {
    const names = objects.flatMap(({ fields }) =>
      Object.entries(fields)
        .filter(([, field]) => isTime(field))
        .map(([name]) => name),
    );
    expect([...new Set(names)].filter((name) => !/[a-z]At$/.test(name) && !TIMES.includes(name))).toEqual([]);
  });
});

describe('a page', () => {
  it('has items and their pagination, by page or by cursor', () => {
    const broken = objects
      .filter(({ fields }) => 'pagination' in fields)
      .filter(({ fields }) => !('items' in fields))
      .map(({ place }) => place);
    expect(broken).toEqual([]);
  });
});
