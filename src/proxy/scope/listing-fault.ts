/**
 * An answer of Plex that cannot be filtered reliably: cut off, not a MediaContainer, or past a limit. Kometa gets an
 * error, because a short list would look complete.
 */
export class ListingFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ListingFault'
  }
}

/**
 * The largest element or opening tag of a container, in bytes. Real items have 1 to 30 KB, shows with long casts 200
 * KB.
 */
export const maxElementBytes = 16 * 1024 * 1024

/** Receives each child of the container from a scanner, in Plex's order. */
export interface ElementSink {
  /**
   * `bytes.subarray(start, end)` is the element byte for byte, valid only during the call. `ratingKey` is null if the
   * element is not an item.
   */
  element(bytes: Buffer, start: number, end: number, ratingKey: string | null): void
}

/** Extracts the children of a MediaContainer from a byte stream with chunks of any size. Throws ListingFault. */
export interface ElementScanner<Container> {
  push(chunk: Uint8Array): void
  /** The container around the elements; throws if the answer was cut off. */
  end(): Container
}
