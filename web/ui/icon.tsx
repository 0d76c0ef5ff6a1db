import './icon.css'

/** Outlines on a 24 x 24 grid, drawn for this application. */
const paths = {
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  play: 'M7 4.5v15l12-7.5z',
  compare: 'M12 3v18M4 5h5v14H4M20 5h-5v14h5',
  shield: 'M12 3l7 3v5c0 5-3 8.5-7 10-4-1.500-7-5-7-10V6z',
  clock: 'M12 3a9 9 0 1 0 .01 0M12 7v5l3.500 2',
  check: 'M5 12.500l4.500 4.500L19 7',
  cross: 'M6 6l12 12M18 6L6 18',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  up: 'M5 15l7-7 7 7',
  search: 'M11 4a7 7 0 1 0 .01 0M16 16l5 5',
  warning: 'M12 4L2.500 20h19zM12 10v4.500M12 17.200v.3',
  info: 'M12 3a9 9 0 1 0 .01 0M12 11v5.500M12 7.500v.3',
  folder: 'M3 6h6l2 2.500h10V19H3z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  download: 'M12 4v11M7 10.500l5 5 5-5M4 20h16',
  expand: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  sun: 'M12 8a4 4 0 1 0 .01 0M12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300L19 19M19 5l-1.700 1.700M6.700 17.300L5 19',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
  system: 'M3 5h18v11H3zM9 20h6M12 16v4',
  sparkle: 'M12 3l2 6.500L20.500 12 14 14l-2 6.500L10 14l-6.500-2L10 9.500z',
  layers: 'M12 4l9 5-9 5-9-5zM4 14l8 4.500L20 14',
  restore: 'M4 4v5h5M4.500 9A8.500 8.500 0 1 1 4 14',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13',
  pin: 'M9 4h6l-1 6 3 3.500H7L10 10zM12 13.500V21',
  pause: 'M8 5v14M16 5v14',
  log: 'M5 6h14M5 11h14M5 16h9',
  edit: 'M4 20l1-4.500L16.500 4 20 7.500 8.500 19z',
  gear: 'M12 9a3 3 0 1 0 .01 0M12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.200 2.200M16.200 16.200l2.200 2.200M18.400 5.600l-2.200 2.200M7.800 16.200l-2.200 2.200',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
  server: 'M4 4h16v7H4zM4 13h16v7H4zM8 7.500h.01M8 16.500h.01',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  save: 'M6 4h12v17l-6-4-6 4z',
  paste: 'M8 5H5v16h14V5h-3M8 3h8v4H8z',
  equal: 'M5 9.500h14M5 14.500h14',
  plus: 'M12 5v14M5 12h14',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
} as const

export type IconName = keyof typeof paths

/** Says nothing to a screen reader: the words stand beside it or in the label of what holds it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: 12 | 14 | 16 | 20 | 24 | 32 }) {
  return (
    <svg className={`icon icon-${name}`} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
