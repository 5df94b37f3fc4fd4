/** The only way to refuse a request: a code from a domain's closed list, its HTTP status and a sentence for people. */
type RefusalStatus = 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 415 | 416 | 422 | 429 | 451 | 500 | 503;

export class AppError extends Error {
  override name = 'AppError';

  constructor(
    readonly code: string,
    readonly status: RefusalStatus,
    message: string,
    readonly details?: unknown,
    readonly headers?: Readonly<Record<string, string>>,
  ) {
    super(message);
  }
}

/** One entry of a list: the code that clients switch on, its status and its sentence. */
export interface Refusal {
  readonly code: string;
  readonly status: RefusalStatus;
  readonly sentence: string;
}

type ErrorList = Readonly<Record<string, readonly [RefusalStatus, string]>>;
interface Extras {
  /** Replaces the list's sentence if the caller can say more. */
  message?: string;
  details?: unknown;
  headers?: Record<string, string>;
}
type Errors<L extends ErrorList> = ((code: keyof L & string, extras?: Extras) => AppError) & {
  readonly [C in keyof L]: Refusal;
};

/**
 * Defines a domain's closed list of refusals. Use: `throw streamError('STREAM_NOT_FOUND')`, and in an endpoint's
 * declaration `refusals: [streamError.STREAM_NOT_FOUND]`. Codes never change, since clients switch on them.
 */
export function errorList<const L extends ErrorList>(list: L): Errors<L> {
  const refuse = (code: keyof L & string, { message, details, headers }: Extras = {}) => {
    const [status, sentence] = list[code] as L[keyof L]; // the key is the list's own
    return new AppError(code, status, message ?? sentence, details, headers);
  };
  const entries = Object.entries(list).map(([code, [status, sentence]]) => [code, { code, status, sentence }]);
  return Object.assign(refuse, Object.fromEntries(entries) as { readonly [C in keyof L]: Refusal }); // the list's own keys
}

/** Refusals that any endpoint may use, whatever its domain. */
export const httpError = errorList({
  MALFORMED_JSON: [400, 'The body is not well-formed JSON. Check it and send it again.'],
  IDEMPOTENCY_KEY_REQUIRED: [
    400,
    'This request moves money. Send an Idempotency-Key header of 1 to 255 visible ASCII characters.',
  ],
  NOT_FOUND: [404, 'There is nothing at this address. Check its spelling.'],
  METHOD_NOT_ALLOWED: [405, 'This address does not take this method. The Allow header lists the ones it takes.'],
  BODY_TOO_LARGE: [413, 'The body is too large. Send less at a time.'],
  WRONG_CONTENT_TYPE: [415, 'This endpoint does not take a body of this type. Check the Content-Type header.'],
  VALIDATION_FAILED: [422, 'Some fields are missing, unknown or not as expected. The details name each of them.'],
  IDEMPOTENCY_KEY_REUSED: [422, 'This Idempotency-Key belongs to another request. Use a new key for a new request.'],
  RETURN_URL_NOT_ALLOWED: [
    422,
    'People can only be sent back to this platform. Use one of its own addresses, or a link into one of its apps.',
  ],
  CURSOR_INVALID: [422, 'This cursor is not from this list. Start again without a cursor.'],
  TOO_MANY_REQUESTS: [429, 'You are sending requests too fast. Wait a moment and try again.'],
  INTERNAL: [500, 'Something went wrong on our side. Try again in a moment.'],
  MISCONFIGURED: [503, 'The server is not configured yet. Its log says what is missing.'],
});
