import type { Palette } from './shapes.ts'

const palette = (ground: string, shade: string, figure: string, accent: string, ink: string): Palette => ({
  ground: `#${ground}`,
  shade: `#${shade}`,
  figure: `#${figure}`,
  accent: `#${accent}`,
  ink: `#${ink}`,
})

/** Named after what they look like. */
export const palettes = {
  brass: palette('101a2a', '0a101b', 'c9b88a', 'd8a13a', 'f3ead4'),
  ember: palette('2a1210', '160807', 'c8412b', 'f0a13a', 'f6e6cf'),
  paper: palette('e9dfc9', 'd6c6a3', 'b5482f', 'e0a03c', '1e1b1a'),
  harbour: palette('ece6d6', 'a9c4c0', '2f6f78', 'e2683c', '12262b'),
  verdigris: palette('18332f', '0d201d', '7fae9a', 'e7c65b', 'f4f0e0'),
  plum: palette('33183a', '1d0d22', 'a2548b', 'f2b544', 'f9ebdf'),
  midnight: palette('222a5c', '141a3e', 'efe2b8', 'ea5b32', 'f7f2e2'),
  square: palette('f0e6d2', 'dccba7', '33302e', 'c9261c', '191717'),
  lagoon: palette('0f5558', '0a393b', 'f4c95d', 'ff6b35', 'fdf3dc'),
  slate: palette('2b3139', '171b21', '8c96a3', 'e3c27a', 'f7f5ef'),
  moss: palette('17241a', '0c150e', '9cb87a', 'd9e265', 'f3f5e0'),
  rose: palette('f3dccf', 'e6b8a6', '8f2d43', 'e3693f', '331522'),
  mustard: palette('e8b53a', 'd69b22', 'b93a1b', 'f8edd3', '25180f'),
  glacier: palette('dbe7ea', 'b1cbd6', '5d86a0', 'd9482b', '1c2b3a'),
  cinema: palette('1c2850', '121a38', 'd6336c', 'f2933a', 'f7f0df'),
  blood: palette('a8201a', '7d1411', '2a0c0b', 'f2c14e', 'f8ead2'),
  sand: palette('efd9a7', 'e0c07a', '3d7a74', 'd1532a', '2a1d12'),
  bone: palette('efece4', 'cfcabd', '77706a', 'b3261e', '161413'),
  rouge: palette('7d1f2a', '2a0a10', 'e9b99a', 'e6b04a', 'f8ead2'),
  harbourNight: palette('164058', '0c2a3d', 'e9e2cf', 'f07a3a', 'f7f1e0'),
  lagoonDay: palette('f2d64b', 'e0b92a', '2f8f5b', 'd3302a', '1c1a17'),
  plumDay: palette('f0e3d0', 'dcbcc4', '8b3f78', 'd9552b', '2a1630'),
} as const satisfies Record<string, Palette>

export type PaletteName = keyof typeof palettes
