import {
  circle,
  ellipse,
  faded,
  floor,
  group,
  type Motif,
  mirrored,
  path,
  person,
  polygon,
  rays,
  rect,
  ring,
  star,
  starrySky,
  stroke,
  times,
} from './shapes.ts'

/** The moon with a shell in its eye. */
const moonTrip: Motif = (p, random) =>
  starrySky(random, 160, p.ink) +
  circle(0, 0, 430, p.shade) +
  circle(0, 0, 385, p.figure) +
  path('M-150-352A385 385 0 0 0-150 352A470 470 0 0 1-150-352Z', p.shade) +
  faded(0.5, circle(-210, 210, 46, p.shade), circle(-260, -90, 30, p.shade), circle(60, 300, 34, p.shade)) +
  stroke('M-190-120Q-120-180-40-128', p.ground, 22) +
  ellipse(-112, -62, 58, 34, p.ground) +
  circle(-100, -62, 20, p.figure) +
  stroke('M0-70Q44 60 4 92Q-34 108-62 84', p.ground, 20) +
  path('M-150 168Q-20 230 150 150Q60 300-60 270Q-120 250-150 168Z', p.ground) +
  stroke('M-176 160Q-20 236 178 138', p.ground, 16) +
  star(158, -88, 11, 118, 74, p.ink, 12) +
  group(
    'translate(150 -82) rotate(38)',
    rect(-62, -330, 124, 330, p.accent, 26),
    rect(-74, -330, 148, 36, p.ground, 10),
    rect(-62, -220, 124, 14, p.ground),
    times(4, (i) => circle(-42 + i * 28, -262, 7, p.ground)),
    path('M-62-40Q0 60 62-40Z', p.ground),
  )

/** Rails that run into a low sun. */
const rails: Motif = (p) =>
  rays(0, -60, 26, p.shade) +
  circle(0, -60, 250, p.accent) +
  floor(60, p.figure) +
  times(13, (i) => {
    const y = 64 + 7 * i + 3.9 * i * i
    const half = 26 + (y - 60) * 0.62
    return rect(-half, y, half * 2, 5 + i * 2.6, p.ground)
  }) +
  polygon('-8,60 8,60 -330,1000 -430,1000', p.ink) +
  polygon('-8,60 8,60 430,1000 330,1000', p.ink) +
  times(4, (i) => {
    const size = 1 / (1 + i * 0.75)
    const x = -520 * size
    const bottom = 60 + 300 * size * size
    const top = bottom - 620 * size
    return (
      rect(x - 9 * size, top, 18 * size, bottom - top, p.ink) +
      rect(x - 95 * size, top + 50 * size, 190 * size, 13 * size, p.ink) +
      rect(x - 70 * size, top + 100 * size, 140 * size, 11 * size, p.ink)
    )
  })

/** A town in which no wall is straight. */
const crookedTown: Motif = (p) =>
  polygon('-3000,-260 -300,-420 120,-300 3000,-620 3000,3000 -3000,3000', p.shade) +
  polygon('-430,420 -520,-120 -350,-330 -190,-60 -170,420', p.figure) +
  polygon('-250,420 -170,-330 -20,-520 90,-270 30,420', p.ink) +
  polygon('20,420 120,-120 250,-300 330,-60 290,420', p.figure) +
  polygon('250,420 400,-250 520,-430 590,-180 500,420', p.ink) +
  polygon('-3000,420 3000,380 3000,3000 -3000,3000', p.ground) +
  polygon('-120,-250 -30,-290 -6,-150 -110,-110', p.accent) +
  polygon('-90,-20 -20,-50 -24,90 -110,110', p.accent) +
  polygon('-440,-40 -360,-80 -340,60 -424,80', p.accent) +
  polygon('160,-20 240,-50 236,90 150,70', p.accent) +
  polygon('420,-130 500,-190 510,-40 410,0', p.accent) +
  polygon('20,420 110,400 -140,560 190,700 -260,1100 -700,1100 -40,720 -330,570', p.accent) +
  person(-296, 440, 250, p.ink)

/** A great Z, cut by a blade. */
const blade: Motif = (p) =>
  circle(0, 0, 400, p.shade) +
  polygon('-340,-300 330,-330 270,-210 -300,-230', p.accent) +
  polygon('330,-330 250,-180 -250,300 -330,330 -150,100', p.accent) +
  polygon('-330,330 -230,240 300,220 400,300', p.accent) +
  group(
    'rotate(-38)',
    polygon('-640,0 230,-13 230,13', p.ink),
    rect(300, -15, 150, 30, p.ink, 15),
    circle(460, 0, 26, p.ink),
    stroke('M238-92Q330-70 320 0Q330 70 238 92Q300 0 238-92Z', p.ink, 18),
    rect(222, -112, 22, 224, p.ink, 11),
  )

/** Two hats, one large and one small, and a cane. */
const twoHats: Motif = (p) =>
  circle(-60, -40, 400, p.shade) +
  path('M-330-40Q-340-300-130-300Q80-300 70-40Z', p.ink) +
  path('M-430-60Q-420-10-330-4H70Q170-10 180-60Q120-10-130-16Q-360-10-430-60Z', p.ink) +
  rect(-330, -100, 400, 44, p.accent) +
  path('M-210 96Q-132 40-130 92Q-128 40-50 96Q-90 150-130 116Q-170 150-210 96Z', p.ink) +
  group(
    'translate(250 250)',
    path('M-170 0Q-180-140-20-150Q150-150 160-20Q40-40-170 0Z', p.figure),
    path('M-170 0Q-60-44 90-30Q190-14 250 40Q110 14-20 26Q-110 40-170 0Z', p.ink),
    circle(-14, -152, 18, p.ink),
  ) +
  stroke('M-300 470L-20 190Q40 130 84 180', p.accent, 26)

/** A count before the moon. */
const longShadow: Motif = (p) =>
  circle(60, -90, 380, p.figure) +
  faded(0.35, circle(180, -220, 60, p.shade), circle(-60, -240, 34, p.shade), circle(250, 20, 40, p.shade)) +
  times(3, (i) => stroke(`M${-780 + i * 520} ${-300 + i * 90}q50-50 90-4q50-46 100 6`, p.ink, 9)) +
  path(
    'M-3000 470L-520 430L-440 300L-400 300L-400 250L-370 200L-340 250L-340 350L-250 400L3000 480V3000H-3000Z',
    p.shade,
  ) +
  path('M-44-330Q60-370 118-250Q150-120 96-20Q60 34 14 8Q-70-60-74-180Q-80-280-44-330Z', p.ink) +
  path('M-62-190L-150-262L-78-110ZM126-170L196-258L116-90Z', p.ink) +
  path('M-20 0Q-150 60-170 240L-230 900H320L250 220Q226 40 90-10Z', p.ink) +
  path('M-160 150Q-320 120-330-60L-290-50Q-270 60-150 90ZM240 160Q380 150 410-30L366-30Q350 70 220 90Z', p.ink) +
  stroke(
    'M-316-50Q-380-120-372-216M-308-60Q-336-150-318-252M-300-56Q-296-150-262-236M-296-50Q-262-110-220-160',
    p.ink,
    20,
  ) +
  stroke('M378-30Q330-110 318-196M388-34Q376-130 376-232M398-30Q414-120 440-216M404-24Q450-80 494-130', p.ink, 20) +
  ellipse(10, -180, 22, 13, p.accent) +
  ellipse(76, -176, 20, 13, p.accent) +
  polygon('22,-66 34,-66 30,-32', p.figure) +
  polygon('52,-66 64,-66 58,-32', p.figure)

/** A horned head above the fire. */
const sabbath: Motif = (p) =>
  rays(0, -60, 22, p.shade, 2600, 4) +
  circle(0, -60, 330, p.accent) +
  mirrored(path('M40-120Q230-130 250-300Q260-400 190-470Q380-400 350-210Q320-20 70-10Z', p.ink)) +
  path(
    'M-120-120Q0-200 120-120L150-40L230-70Q230 0 140 20L90 210Q50 330 0 400Q-50 330-90 210L-140 20Q-230 0-230-70L-150-40Z',
    p.ink,
  ) +
  mirrored(polygon('34,0 112,-36 96,22 48,30', p.accent)) +
  mirrored(polygon('12,190 46,166 38,204', p.accent)) +
  star(0, -106, 5, 44, 17, p.accent) +
  path(flames(620, 230), p.figure) +
  path(flames(700, 190, 90), p.ink)

/** A cross in the flames. */
const pyre: Motif = (p) =>
  rays(0, -200, 18, p.shade, 2600, 5) +
  rect(-34, -480, 68, 1100, p.ink) +
  rect(-210, -300, 420, 68, p.ink) +
  ring(0, -266, 150, 16, p.ink) +
  path(flames(360, 520), p.accent) +
  path(flames(520, 420, 100), p.figure) +
  path(flames(640, 300, 40), p.ink)

/** A curtain of flames from edge to edge, `rise` above the base line. */
function flames(base: number, rise: number, shift = 0): string {
  const tongues = Array.from({ length: 24 }, (_, i) => {
    const x = -2400 + i * 200 + shift
    const high = rise * (0.55 + 0.45 * Math.abs(Math.sin(i * 2.4 + shift)))
    return `Q${x + 20} ${base - high * 0.5} ${x + 96 + (i % 2) * 30} ${base - high}Q${x + 110} ${base - high * 0.4} ${x + 200} ${base}`
  })
  return `M${-2400 + shift} ${base}${tongues.join('')}V3000H${-2400 + shift}Z`
}

/** A man on the hand of a tower clock. */
const towerClock: Motif = (p) =>
  times(9, (i) => rect(-1800 + i * 420, -900, 200, 2600, p.shade)) +
  circle(0, 0, 440, p.ink) +
  circle(0, 0, 400, p.figure) +
  ring(0, 0, 372, 6, p.ink) +
  times(60, (i) => group(`rotate(${i * 6})`, rect(-3, -366, 6, 22, p.ink))) +
  times(12, (i) => group(`rotate(${i * 30})`, rect(i % 3 === 0 ? -15 : -9, -340, i % 3 === 0 ? 30 : 18, 84, p.ink))) +
  group('rotate(-76)', polygon('-17,60 17,60 8,-220 -8,-220', p.ink)) +
  group('rotate(63)', polygon('-15,80 15,80 6,-330 -6,-330', p.ink)) +
  circle(0, 0, 34, p.accent) +
  group(
    'translate(296 -138) rotate(-5)',
    stroke('M0 0L16 96M40 4L30 96', p.ink, 22),
    circle(24, 76, 30, p.ink),
    rect(-16, 42, 80, 12, p.accent, 6),
    path('M-4 100H52L60 240H-10Z', p.accent),
    stroke('M8 230L-26 340L-44 372M42 230L60 330L90 352', p.ink, 25),
  )

/** A cathedral between two towers. */
const cathedral: Motif = (p) =>
  circle(0, -180, 420, p.shade) +
  rect(-420, -300, 270, 1800, p.figure) +
  rect(150, -300, 270, 1800, p.figure) +
  rect(-170, -60, 340, 1600, p.figure) +
  times(6, (i) => rect(-425 + i * 46 + (i > 5 ? 300 : 0), -336, 28, 44, p.figure)) +
  times(6, (i) => rect(152 + i * 46, -336, 28, 44, p.figure)) +
  mirrored(
    times(2, (i) => path(`M${190 + i * 104} 20V-170Q${227 + i * 104}-250 ${264 + i * 104}-170V20Z`, p.ground)),
    rect(140, 60, 290, 20, p.ink),
    rect(140, 330, 290, 20, p.ink),
    path('M230 300V170Q285 80 340 170V300Z', p.ground),
  ) +
  rect(-150, 330, 300, 20, p.ink) +
  circle(0, 150, 140, p.ground) +
  times(12, (i) => group(`translate(0 150) rotate(${i * 30})`, ellipse(0, -84, 15, 42, p.accent))) +
  circle(0, 150, 32, p.accent) +
  times(3, (i) => path(`M${-330 + i * 260} 900V560Q${-265 + i * 260} 420 ${-200 + i * 260} 560V900Z`, p.ground)) +
  group('translate(292 -300)', path('M-60 0Q-70-90 10-96Q40-140 76-104Q84-60 54-46L66 0Z', p.ink))

export const silent = { moonTrip, rails, crookedTown, blade, twoHats, longShadow, sabbath, pyre, towerClock, cathedral }
