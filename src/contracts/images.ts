/** The port for image processing. */

export interface Images {
  /**
   * Scales down to this width, never up. Undefined if the input is not an image. One call of the binding. Throws
   * IMAGES_UNAVAILABLE.
   */
  draw(bytes: Uint8Array, widthMax: number): Promise<Uint8Array | undefined>;
}
