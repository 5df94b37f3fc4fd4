/** The port for image processing. */

export interface Drawing {
  /** Fills a square of that width, enlarged if it is smaller, with transparent margins. */
  readonly square?: boolean;
  /** Keeps an animation where that is possible; otherwise its first frame is drawn. */
  readonly animated?: boolean;
}

export interface Images {
  /**
   * Scales down to this width, and never up unless `drawing` says so. Undefined if the input is not an image. One call
   * of the binding. Throws IMAGES_UNAVAILABLE.
   */
  draw(bytes: Uint8Array, widthMax: number, drawing?: Drawing): Promise<Uint8Array | undefined>;
}
