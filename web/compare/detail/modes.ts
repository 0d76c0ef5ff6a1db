export const modes = [
  { name: 'slider', words: 'Slider' },
  { name: 'side', words: 'Side by side' },
  { name: 'blink', words: 'Blink' },
  { name: 'onion', words: 'Onion' },
  { name: 'difference', words: 'Difference' },
] as const
export type Mode = (typeof modes)[number]['name']
