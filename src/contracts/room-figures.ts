/** What a room counts of its stream: viewers and how they came, what they did, and when. */
/** A closed set: clients show each in their own way. */
export const REACTION_KINDS = ['like', 'heart', 'laugh', 'wow', 'sad', 'clap', 'fire'] as const;
export type ReactionKind = (typeof REACTION_KINDS)[number];

/** How viewers found a stream, as their clients say. */
export const SOURCES = ['following', 'search', 'recommended', 'link'] as const;
export type Source = (typeof SOURCES)[number];

/** How a viewer came, for the figures alone. */
export interface Arrival {
  readonly source: Source;
  /** A user who watched an earlier stream of the creator for a minute or more, within the last year. */
  readonly returning: boolean;
}

/** Unique viewers by how they came: what they were when they first entered. */
export interface Audience {
  readonly followers: number;
  /** New and returning users. Guests are neither, since nobody knows. */
  readonly newUsers: number;
  readonly returningUsers: number;
  readonly sources: Readonly<Record<Source, number>>;
}

/** [start (ms), messages, reactions, gifts and tips, their coins] */
export type ActivityStep = readonly [number, number, number, number, number];

export interface RoomFigures {
  readonly viewerCount: number;
  /** They count up to here (ms): the stream's end, or now. Null for a stream that never began. */
  readonly until: number | null;
  readonly uniqueViewers: number;
  /** The part of `uniqueViewers` with an account, and the rest. */
  readonly users: number;
  readonly guests: number;
  readonly audience: Audience;
  readonly peakViewers: number;
  /** When (ms) the peak was first reached; null without viewers. */
  readonly peakAt: number | null;
  /** Lists sort by this: at most five guests from one address count. */
  readonly rankingPeak: number;
  readonly watchSeconds: number;
  /** The part of `watchSeconds` from verified users. */
  readonly rewardedSeconds: number;
  readonly messages: number;
  /** Users other than the creator who wrote a message. */
  readonly chatters: number;
  readonly reactions: Readonly<Partial<Record<ReactionKind, number>>>;
  readonly productClicks: readonly ProductClicks[];
  /** As the room showed them. Gifts and tips count once, whatever their quantity. */
  readonly gifts: { readonly count: number; readonly coins: number };
  /** The width of a step in the three series below: more than a minute for streams over a day. */
  readonly stepMinutes: number;
  /** [step's start (ms), viewers] */
  readonly viewerCurve: readonly (readonly [number, number])[];
  /** How many viewers stayed at least 0, 1, 2, … steps in all. */
  readonly retained: readonly number[];
  /** Steps without any activity are left out. */
  readonly activity: readonly ActivityStep[];
}

/** What viewers clicked, other than the creator. Only products that someone clicked are listed. */
export interface ProductClicks {
  readonly productId: string;
  /** Once per viewer and minute. */
  readonly clicks: number;
  /** Distinct viewers. */
  readonly clickers: number;
}

/** A verified user who was there for a minute or more. */
export interface Listener {
  readonly userId: string;
  readonly seconds: number;
}
