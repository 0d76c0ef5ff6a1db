/** Minimum width of a card in CSS pixels. */
export const cellSizes = {
  small: { poster: 96, still: 168 },
  medium: { poster: 144, still: 240 },
  large: { poster: 216, still: 336 },
} as const

/** Height of the title and the line below it, in CSS pixels. */
export const cardWordsPx = 52
