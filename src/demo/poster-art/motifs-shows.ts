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
  starrySky,
  stroke,
  times,
} from './shapes.ts'

/** A hood, two eyes, a city of roofs. */
const hoodedEyes: Motif = (p) =>
  circle(0, -120, 400, p.accent) +
  path('M-260 120Q-330-400 0-430Q330-400 260 120Q440 300 480 1500H-480Q-440 300-260 120Z', p.ink) +
  path('M-196-90Q0-190 196-90Q190 20 0 40Q-190 20-196-90Z', p.figure) +
  mirrored(
    path('M34-60Q96-122 164-66Q100-22 34-60Z', p.ground),
    circle(98, -66, 24, p.ink),
    stroke('M26-96Q100-160 182-92', p.ink, 9),
  ) +
  times(6, (i) =>
    group(
      `translate(${-1000 + i * 400} ${430 + (i % 2) * 50})`,
      polygon('-220,0 -190,-110 150,-110 190,0', p.shade),
      rect(-200, 0, 370, 2000, p.shade),
      rect(60, -190, 44, 100, p.shade),
      rect(-120, -70, 60, 50, p.accent),
    ),
  )

/** A mast that sends bolts. */
const radioMast: Motif = (p, random) =>
  starrySky(random, 60, p.ink) +
  times(5, (i) => ring(0, -330, 110 + i * 110, 16, p.shade)) +
  polygon('-1400,560 -700,60 -420,330 -160,120 160,360 560,20 1400,560', p.figure) +
  stroke('M-190 560L0-330L190 560', p.ink, 20) +
  times(6, (i) =>
    stroke(
      `M${-165 + i * 27} ${440 - i * 128}L${138 - i * 27} ${316 - i * 128}M${165 - i * 27} ${440 - i * 128}L${-138 + i * 27} ${316 - i * 128}`,
      p.ink,
      10,
    ),
  ) +
  circle(0, -340, 40, p.accent) +
  mirrored(polygon('40,-360 250,-440 220,-370 430,-410 180,-260 220,-320 60,-300', p.accent)) +
  floor(540, p.ink) +
  group(
    'translate(-290 540) scale(1.15)',
    path(
      'M-150 0L-130-120Q-150-170-90-176H60L120-250L150-260L190-200L160-180L120-120L110 0H86L80-96H-70L-90-60L-120 0Z',
      p.ink,
    ),
    circle(10, -276, 22, p.ink),
    path('M-44-284Q10-300 64-284Q30-276 28-300H-10Q-8-276-44-284Z', p.ink),
    path('M-20-170L-10-250H30L44-170L60-120H30Z', p.ink),
  )

/** A cap with two peaks, a pipe, a puff of smoke. */
const pipe: Motif = (p) =>
  times(9, (i) =>
    times(
      6,
      (j) =>
        rect(-1300 + i * 300, -800 + j * 300, 150, 150, p.shade) +
        rect(-1150 + i * 300, -650 + j * 300, 150, 150, p.shade),
    ),
  ) +
  circle(0, 0, 440, p.ground) +
  ring(0, 0, 440, 10, p.ink) +
  group(
    'translate(-30 -10)',
    path('M-230-60Q-250-330 0-340Q250-330 230-60Z', p.figure),
    path(
      'M-230-60Q-120-140 0-140Q120-140 230-60Q330-50 380 10Q250 10 180-20Q0-60-180-20Q-250 10-380 10Q-330-50-230-60Z',
      p.ink,
    ),
    mirrored(stroke('M0-338Q130-280 150-110', p.ink, 8), path('M150-90Q210-60 216 70Q150 60 130-60Z', p.ink)),
    circle(0, -346, 22, p.accent),
  ) +
  group(
    'translate(60 170)',
    path('M-250-20Q-60-40 20 20L60 30V-40H200V70Q190 170 100 170Q10 170 0 90Q-60 10-250 20Z', p.ink),
    rect(50, -60, 160, 40, p.accent, 8),
  ) +
  stroke('M190 80Q150 10 210-30T200-130T250-220', p.accent, 22)

/** A door that stands ajar on nothing. */
const ajar: Motif = (p, random) =>
  starrySky(random, 170, p.ink) +
  times(7, (i) => ring(0, -40, 180 + i * 120, 26 - i * 2, p.shade)) +
  polygon('-150,330 170,330 520,1500 -900,1500', p.accent) +
  rect(-170, -410, 340, 740, p.ink) +
  rect(-146, -386, 292, 716, p.accent) +
  polygon('146,-386 300,-456 300,420 146,330', p.figure) +
  polygon('176,-340 272,-380 272,-60 176,-60', p.shade) +
  polygon('176,0 272,6 272,350 176,294', p.shade) +
  circle(282, -10, 13, p.accent) +
  person(-10, 330, 400, p.ink) +
  polygon('-60,330 30,330 -40,1500 -560,1500', p.ink)

/** A derrick, a gusher, hills. */
const derrick: Motif = (p) =>
  rays(0, -260, 24, p.shade) +
  circle(-220, -200, 190, p.accent) +
  path('M-3000 330Q-700 160-330 250Q0 330 330 210Q700 130 3000 330V3000H-3000Z', p.figure) +
  times(7, (i) =>
    path(
      `M${60 + i * 3}-240Q${60 + (i - 3) * 40}-${480 - Math.abs(i - 3) * 30} ${60 + (i - 3) * 130}-${430 - Math.abs(i - 3) * 110}Q${60 + (i - 3) * 150}-${300 - Math.abs(i - 3) * 80} ${60 + (i - 3) * 150}-${230 - Math.abs(i - 3) * 60}Q${60 + (i - 3) * 60}-${400 - Math.abs(i - 3) * 30} ${66 + i * 3}-220Z`,
      p.ink,
    ),
  ) +
  times(9, (i) => ellipse(-260 + i * 80, -160 + ((i * 53) % 130), 12, 20, p.ink)) +
  stroke('M-130 400L30-230H110L270 400', p.ink, 20) +
  times(5, (i) =>
    stroke(
      `M${-100 + i * 32} ${290 - i * 122}H${240 - i * 32}M${-100 + i * 32} ${290 - i * 122}L${208 - i * 32} ${168 - i * 122}M${240 - i * 32} ${290 - i * 122}L${-68 + i * 32} ${168 - i * 122}`,
      p.ink,
      9,
    ),
  ) +
  rect(62, -230, 16, 620, p.ink) +
  path('M-3000 460Q-300 350 0 380Q400 350 3000 470V3000H-3000Z', p.shade) +
  group(
    'translate(-330 440)',
    path('M-150 0V-70L-120-80L-90-160H30L60-80L150-70V0Z', p.ink),
    rect(-70, -140, 80, 56, p.ground),
    mirrored(circle(88, 6, 42, p.ink), circle(88, 6, 18, p.accent)),
    rect(-100, -186, 140, 26, p.accent),
    rect(-40, -216, 70, 30, p.figure),
  )

/** The set in the living room. */
const tvSet: Motif = (p) =>
  times(14, (i) => rect(-1820 + i * 260, -1500, 120, 3600, p.shade)) +
  floor(430, p.figure) +
  stroke('M-40-330L-180-520M40-330L210-500', p.ink, 12) +
  circle(-180, -520, 16, p.accent) +
  circle(210, -500, 16, p.accent) +
  mirrored(polygon('250,330 310,330 340,560 310,560', p.ink)) +
  rect(-410, -340, 820, 700, p.ink, 46) +
  rect(-376, -306, 752, 632, p.accent, 30) +
  path(
    'M-330-200Q-330-270-260-270Q0-290 120-270Q190-270 190-200Q204 20 190 220Q190 290 120 290Q0 304-260 290Q-330 290-330 220Q-346 20-330-200Z',
    p.ink,
  ) +
  path(
    'M-300-190Q-300-240-250-240Q0-260 110-240Q160-240 160-190Q172 20 160 210Q160 260 110 260Q0 272-250 260Q-300 260-300 210Q-314 20-300-190Z',
    p.ground,
  ) +
  faded(
    0.55,
    times(9, (i) => rect(-306, -226 + i * 54, 472, 10, p.shade)),
  ) +
  group(
    'translate(-70 250)',
    person(-130, 0, 330, p.ink),
    person(-30, 0, 300, p.figure),
    person(70, 0, 220, p.ink),
    person(140, 0, 170, p.figure),
  ) +
  circle(282, -190, 52, p.ink) +
  circle(282, -50, 52, p.ink) +
  rect(276, -236, 12, 50, p.accent) +
  group('translate(282 -50) rotate(70)', rect(-6, -46, 12, 50, p.accent)) +
  times(6, (i) => rect(226, 60 + i * 34, 112, 12, p.ink, 6))

export const shows = { hoodedEyes, radioMast, pipe, ajar, derrick, tvSet }
