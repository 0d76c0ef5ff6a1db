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

/** Two eyes that command. */
const stare: Motif = (p) =>
  mirrored(rays(190, -80, 30, p.shade, 1500)) +
  mirrored(
    path('M30-60Q190-250 360-90Q200 50 30-60Z', p.ink),
    circle(194, -90, 84, p.accent),
    times(24, (i) => group(`translate(194 -90) rotate(${i * 15})`, rect(-2, -80, 4, 44, p.ground))),
    circle(194, -90, 30, p.ground),
    path('M10-130Q190-330 400-170Q200-280 10-130Z', p.ink),
  ) +
  path('M-60 60Q-40 130-70 170Q0 230 70 170Q40 130 60 60Q0 100-60 60Z', p.shade) +
  path('M-150 300Q-60 250 0 276Q60 250 150 300Q60 370 0 368Q-60 370-150 300Z', p.accent) +
  stroke('M-150 300Q0 322 150 300', p.ground, 8)

/** A bow, a target, an island. */
const hunt: Motif = (p) =>
  times(5, (i) => circle(0, -70, 400 - i * 84, i % 2 === 0 ? p.accent : p.ground)) +
  circle(0, -70, 40, p.ink) +
  path('M-3000 420Q-500 330-300 250Q-140 190 0 280Q160 380 340 300Q600 260 3000 420V3000H-3000Z', p.shade) +
  group(
    'translate(-330 290)',
    path('M-14 0Q-40-180 40-330L60-320Q-10-170 26 0Z', p.shade),
    times(6, (i) =>
      group(`translate(50 -330) rotate(${-160 + i * 36})`, path('M0 0Q90-60 190 20Q90 0 0 14Z', p.shade)),
    ),
  ) +
  group(
    'translate(40 330)',
    person(0, 120, 470, p.ink),
    stroke('M150-470Q330-270 150-50', p.ink, 18),
    stroke('M150-470L60-262L150-50', p.ink, 4),
    stroke('M0-300L170-262', p.ink, 36),
    stroke('M60-262H330', p.ink, 9),
    polygon('330,-284 390,-262 330,-240', p.ink),
  ) +
  path('M-3000 560Q-200 440 100 452Q400 450 3000 580V3000H-3000Z', p.figure)

/** A top hat, gloves and a stick. */
const topHat: Motif = (p) =>
  rays(0, 60, 28, p.shade, 2600, 3) +
  ring(0, -40, 420, 6, p.accent) +
  ring(0, -40, 396, 2.5, p.accent) +
  path('M-220-280Q0-330 220-280Q190-60 214 130H-214Q-190-60-220-280Z', p.ink) +
  ellipse(0, -282, 220, 36, p.figure) +
  path('M-212 60Q0 110 212 60L214 136Q0 180-214 136Z', p.accent) +
  path('M-390 100Q-300 150-200 130Q0 176 200 130Q300 150 390 100Q370 240 0 240Q-370 240-390 100Z', p.ink) +
  group('rotate(28)', rect(-430, 330, 860, 22, p.figure, 11), rect(-450, 322, 70, 38, p.accent, 14)) +
  group(
    'translate(190 330) rotate(-14)',
    path(
      'M-150 20Q-160-50-80-60L40-70Q90-60 70-20L150-30Q180 0 140 20L160 40Q150 70 110 60Q70 90-20 80Q-130 80-150 20Z',
      p.figure,
    ),
  )

/** The receiver is off the hook. */
const telephone: Motif = (p) =>
  times(8, (i) => rect(-1400 + (i % 2) * 46, -640 + i * 170, 2800, 10, p.shade)) +
  times(6, (i) => times(5, (j) => rect(-700 + i * 240, -600 + j * 40 + (i % 3) * 30, 190, 14, p.shade))) +
  path('M-310 380Q-330 120-170 40H170Q330 120 310 380Q300 440 230 440H-230Q-300 440-310 380Z', p.ink) +
  rect(-190, -10, 96, 80, p.ink, 16) +
  rect(94, -10, 96, 80, p.ink, 16) +
  circle(0, 220, 162, p.figure) +
  times(10, (i) => group(`translate(0 220) rotate(${-130 + i * 29})`, circle(0, -116, 25, p.ink))) +
  circle(0, 220, 66, p.ground) +
  group(
    'translate(30 -170) rotate(-24)',
    path(
      'M-300 40Q-380 40-380-50Q-380-120-300-130Q0-240 300-130Q380-120 380-50Q380 40 300 40Q220 40 200-20Q0-80-200-20Q-220 40-300 40Z',
      p.accent,
    ),
    rect(-388, 24, 190, 30, p.ink, 12),
    rect(198, 24, 190, 30, p.ink, 12),
  ) +
  stroke('M-330 20Q-420 60-380 120T-410 220T-360 310T-300 380', p.accent, 15)

/** A lamp post, rain, a long way home. */
const streetLamp: Motif = (p, random) =>
  times(5, (i) => rect(-1200 + i * 500, -760 + (i % 3) * 90, 330, 2200, p.shade)) +
  times(24, (i) =>
    rect(
      -1150 + (i % 12) * 200,
      -560 + Math.floor(i / 12) * 330 + (i % 5) * 60,
      34,
      54,
      i % 4 === 0 ? p.accent : p.ground,
    ),
  ) +
  polygon('-150,-330 -60,-330 430,520 -640,520', p.figure) +
  faded(0.3, polygon('-130,-330 -80,-330 230,520 -440,520', p.ink)) +
  floor(480, p.ground) +
  ellipse(-105, 500, 530, 70, p.figure) +
  rect(-116, -330, 20, 840, p.ink) +
  path('M-170-330L-140-440H-72L-42-330Z', p.accent) +
  polygon('-176,-440 -106,-500 -36,-440', p.ink) +
  rect(-180, -334, 148, 14, p.ink) +
  rect(-140, 470, 70, 44, p.ink, 8) +
  group(
    'translate(130 520)',
    person(0, 0, 400, p.ink),
    path('M-70-376Q-40-430 0-428Q44-430 60-376Q110-372 96-360H-96Q-110-372-70-376Z', p.ink),
  ) +
  polygon('110,520 152,520 640,900 420,960', p.ink) +
  times(60, () => {
    const x = (random() - 0.5) * 2200
    const y = (random() - 0.5) * 1500
    return stroke(`M${Math.round(x)} ${Math.round(y)}l-16 70`, p.ink, 2)
  })

/** A road at night that bends away. */
const road: Motif = (p, random) =>
  starrySky(random, 90, p.ink) +
  circle(250, -330, 100, p.ink) +
  polygon('-3000,80 -520,-60 -300,20 80,-120 420,30 700,-60 3000,80 3000,200 -3000,200', p.shade) +
  floor(80, p.figure) +
  path('M-20 80Q60 160-60 220Q-300 340-560 1500H700Q320 420 130 240Q60 170 20 80Z', p.ground) +
  path('M-1 84Q88 160 26 236Q-80 380-30 1500H60Q70 420 70 240Q96 170 4 84Z', p.accent) +
  times(4, (i) => rect(-80, 190 + i * i * 54 + i * 60, 260, 22 + i * 12, p.ground)) +
  group(
    'translate(-250 230)',
    rect(-10, -300, 20, 420, p.ink),
    polygon('-150,-400 120,-400 190,-340 120,-280 -150,-280', p.accent),
    stroke('M-110-340H110M70-372L116-340L70-308', p.ground, 16),
  ) +
  times(3, (i) =>
    group(
      `translate(${260 + i * 130} ${120 + i * 70}) scale(${0.5 + i * 0.4})`,
      path('M-26 0V-170Q-26-200 0-200Q26-200 26-170V0Z', p.shade),
      path(
        'M-26-70H-70V-140Q-70-160-56-160Q-42-160-42-140V-100H-26ZM26-50H78V-120Q78-140 62-140Q48-140 48-120V-80H26Z',
        p.shade,
      ),
    ),
  )

/** A glass that glows. */
const luminousGlass: Motif = (p) =>
  times(13, (i) => rect(-1800, -660 + i * 110, 3600, 46, p.shade)) +
  circle(0, -60, 330, p.accent) +
  faded(0.35, ring(0, -60, 390, 30, p.accent), ring(0, -60, 450, 16, p.accent)) +
  path('M-250-330H250L24 20V330H-24V20Z', p.ink) +
  path('M-172-230H172L0 0Z', p.figure) +
  path('M-200 360Q0 280 200 360Q0 400-200 360Z', p.ink) +
  group(
    'translate(0 -140)',
    path('M-70 10Q-76-66 0-70Q76-66 70 10Q66 34 40 40V70H-40V40Q-66 34-70 10Z', p.ground),
    circle(-28, 2, 19, p.figure),
    circle(28, 2, 19, p.figure),
    polygon('-9,34 9,34 0,18', p.figure),
    times(3, (i) => rect(-22 + i * 18, 48, 5, 22, p.figure)),
  ) +
  stroke('M60-220L230-430', p.ink, 8) +
  circle(120, -294, 28, p.ink) +
  times(4, (i) => ring(-60 + i * 44, -360 - i * 30, 12 + i * 5, 5, p.ink))

/** Two rings, a crown, streamers. */
const rings: Motif = (p, random) =>
  times(7, (i) =>
    stroke(
      `M${-1000 + i * 330}-800Q${-1160 + i * 330}-300 ${-1000 + i * 330} 100T${-1000 + i * 330} 1200`,
      p.shade,
      40,
    ),
  ) +
  ring(-140, 70, 240, 52, p.accent) +
  ring(140, 70, 240, 52, p.ink) +
  stroke('M-46-150A240 240 0 0 1 96 110', p.accent, 52, 'butt') +
  group(
    'translate(0 -320)',
    path('M-200 120L-240-70L-110 20L0-120L110 20L240-70L200 120Z', p.accent),
    rect(-206, 100, 412, 44, p.figure, 8),
    mirrored(circle(240, -84, 24, p.figure)),
    circle(0, -136, 28, p.figure),
    times(5, (i) => circle(-140 + i * 70, 122, 12, p.ground)),
  ) +
  times(70, () =>
    group(
      `translate(${Math.round((random() - 0.5) * 2000)} ${Math.round((random() - 0.5) * 1300)}) rotate(${Math.round(random() * 90)})`,
      rect(-9, -9, 18, 18, random() > 0.5 ? p.figure : p.accent),
    ),
  )

/** A thumb in the headlights. */
const thumb: Motif = (p) =>
  polygon('-180,330 -1500,-900 -300,-1200', p.shade) +
  polygon('180,330 1500,-900 300,-1200', p.shade) +
  floor(330, p.shade) +
  path('M-330 370V250Q-330 190-260 180L-170 60Q-150 40-110 40H110Q150 40 170 60L260 180Q330 190 330 250V370Z', p.ink) +
  path('M-140 80H140L210 176H-210Z', p.ground) +
  mirrored(circle(226, 262, 52, p.accent), circle(226, 262, 30, p.figure), rect(240, 360, 70, 60, p.ink, 10)) +
  times(5, (i) => rect(-110, 226 + i * 22, 220, 9, p.ground)) +
  group(
    'translate(-40 -190) rotate(-8)',
    path(
      'M-40 30Q-70-10-30-60Q20-130 10-220Q10-270 60-262Q110-246 104-150L92-70H210Q256-66 250-24Q246 2 226 8Q262 24 250 66Q244 90 220 94Q242 118 226 150Q214 170 190 172Q200 196 180 216Q160 230 120 228H20Q-30 226-60 200L-330 240V40L-90 60Z',
      p.figure,
    ),
    stroke('M226 8H130M220 94H126M190 172H124', p.ground, 8),
  )

export const talkies = { stare, hunt, topHat, telephone, streetLamp, road, luminousGlass, rings, thumb }
