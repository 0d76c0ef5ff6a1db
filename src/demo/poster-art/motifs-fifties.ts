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
  polygonOf,
  rays,
  rect,
  ring,
  star,
  starrySky,
  stroke,
  times,
} from './shapes.ts'

/** A house on a hill, in a storm. */
const hauntedHouse: Motif = (p) =>
  times(4, (i) =>
    group(
      `translate(${-500 + i * 330} ${-460 + (i % 2) * 70})`,
      ellipse(0, 0, 250, 66, p.shade),
      ellipse(120, -40, 180, 66, p.shade),
    ),
  ) +
  circle(170, -180, 210, p.figure) +
  polygon('-330,-440 -210,-440 -300,-270 -220,-280 -390,0 -330,-210 -410,-200', p.accent) +
  path('M-3000 700Q-560 560-330 330Q-200 220 0 226Q220 220 330 330Q560 560 3000 700V3000H-3000Z', p.ink) +
  rect(-170, -60, 330, 330, p.ink) +
  rect(-210, -190, 130, 460, p.ink) +
  polygon('-240,-180 -145,-390 -50,-180', p.ink) +
  polygon('-110,-50 40,-240 200,-50', p.ink) +
  rect(110, -230, 44, 160, p.ink) +
  rect(-149, -460, 8, 90, p.ink) +
  path(
    'M-170-70V-120Q-146-150-122-120V-70ZM-20 30V-50Q10-86 40-50V30ZM80 150V70Q106 40 132 70V150ZM-168 120V40Q-142 10-116 40V120Z',
    p.accent,
  ) +
  path('M-40 250V150Q-10 110 20 150V250Z', p.accent) +
  path('M-30 250H10L60 480L-60 640L30 900H-140L-110 640L-20 480Z', p.figure) +
  times(4, (i) =>
    group(
      `translate(${-330 + i * 70} ${-80 - i * 74}) scale(${0.9 - i * 0.12})`,
      path('M0 0Q-20-24-60-20Q-40-4-44 20Q-20 6 0 26Q20 6 44 20Q40-4 60-20Q20-24 0 0Z', p.ink),
    ),
  ) +
  group('translate(340 330)', path('M0 160Q14 0-20-110L-90-190L-14-150L0-260L20-160L96-220L30-110Q40 0 60 160Z', p.ink))

/** A plant that is hungry. */
const hungryPlant: Motif = (p) =>
  rays(0, -120, 24, p.shade, 2600, 7) +
  stroke('M0 330Q-70 180 20 60Q70-20 10-90', p.ink, 40) +
  group(
    'translate(-60 200) rotate(-24)',
    path('M0 0Q-190-140-360 0Q-190 90 0 0Z', p.figure),
    stroke('M-20 0H-300', p.ink, 6),
  ) +
  group(
    'translate(30 210) rotate(204)',
    path('M0 0Q-190-140-360 0Q-190 90 0 0Z', p.figure),
    stroke('M-20 0H-300', p.ink, 6),
  ) +
  group(
    'translate(0 -140)',
    path('M-330 60Q-360-130-180-250Q0-330 190-250Q370-130 330 60Q160-50 0-50Q-160-50-330 60Z', p.figure),
    path('M-320 70Q-250 250 0 260Q250 250 320 70Q160 170 0 170Q-160 170-320 70Z', p.figure),
    path('M-326 62Q-160-50 0-50Q160-50 326 62Q160 172 0 172Q-160 172-326 62Z', p.accent),
    times(9, (i) =>
      polygonOf(
        [
          [-260 + i * 58, -6 - Math.cos((i - 4) / 3) * 42],
          [-210 + i * 58, -6 - Math.cos((i - 3.2) / 3) * 42],
          [-236 + i * 58, 56 - Math.cos((i - 4) / 3) * 30],
        ],
        p.ink,
      ),
    ),
    times(8, (i) =>
      polygonOf(
        [
          [-230 + i * 58, 122 + Math.cos((i - 3.6) / 3) * 44],
          [-180 + i * 58, 124 + Math.cos((i - 3) / 3) * 44],
          [-206 + i * 58, 70 + Math.cos((i - 3.5) / 3) * 24],
        ],
        p.ink,
      ),
    ),
    times(7, (i) => circle(-210 + i * 70, -140 - Math.cos((i - 3) / 2) * 60, 18 + (i % 2) * 8, p.accent)),
  ) +
  path('M-190 330H190L140 600Q0 640-140 600Z', p.accent) +
  rect(-216, 300, 432, 70, p.ink, 12) +
  floor(612, p.shade)

/** Organ pipes, and what looks back from the water. */
const organPipes: Motif = (p) =>
  times(11, (i) => {
    const off = Math.abs(i - 5)
    const x = (i - 5) * 86
    const top = -480 + off * off * 14
    return (
      path(`M${x - 34} 160V${top}Q${x} ${top - 44} ${x + 34} ${top}V160L${x} 220Z`, i % 2 === 0 ? p.figure : p.accent) +
      path(`M${x - 17} 90Q${x} 30 ${x + 17} 90L${x} 110Z`, p.ground)
    )
  }) +
  floor(236, p.shade) +
  times(9, (i) => rect(-520 + i * 44, 262 + i * 42, 1040 - i * 88, 10, i % 2 === 0 ? p.figure : p.accent, 5)) +
  group(
    'translate(0 320)',
    path('M-130-60Q-134-230 0-236Q134-230 130-60Q110 130 0 190Q-110 130-130-60Z', p.ink),
    mirrored(circle(52, -50, 40, p.ground), circle(52, -50, 12, p.accent)),
    stroke('M-46 88Q0 66 46 88', p.ground, 10),
    path('M-134-70Q-150-260 0-266Q150-260 134-70Q110-190 0-190Q-110-190-134-70Z', p.shade),
  )

/** Four stamps of great price. */
const stamps: Motif = (p) => {
  const stamp = (x: number, y: number, tilt: number, paper: string, field: string, inside: string) =>
    group(
      `translate(${x} ${y}) rotate(${tilt})`,
      rect(-176, -216, 352, 432, paper),
      times(9, (i) => circle(-176 + i * 44, -216, 13, p.ground) + circle(-176 + i * 44, 216, 13, p.ground)),
      times(11, (i) => circle(-176, -216 + i * 43.2, 13, p.ground) + circle(176, -216 + i * 43.2, 13, p.ground)),
      rect(-136, -176, 272, 352, field),
      inside,
    )
  return (
    rect(-3000, -3000, 6000, 6000, p.ground) +
    stamp(
      -210,
      -250,
      -7,
      p.ink,
      p.figure,
      path('M-70 120Q-80-90 10-120Q96-100 80 0L110 40L76 50Q80 110 30 110L40 150H-70Z', p.ground),
    ) +
    stamp(
      212,
      -226,
      5,
      p.ink,
      p.accent,
      path('M-90 90H90L60 130H-60ZM-8 80V-110L90 60ZM-20 80V-70L-90 60Z', p.ground),
    ) +
    stamp(-196, 232, 6, p.ink, p.accent, rays(0, 0, 12, p.figure, 136) + circle(0, 0, 66, p.ground)) +
    stamp(
      216,
      250,
      -5,
      p.ink,
      p.figure,
      times(4, (i) => rect(-70 + i * 40, -30, 20, 150, p.ground)) +
        polygon('-100,-40 0,-120 100,-40', p.ground) +
        rect(-100, 120, 200, 22, p.ground),
    ) +
    faded(
      0.75,
      ring(150, -10, 190, 9, p.shade),
      ring(150, -10, 140, 6, p.shade),
      times(5, (i) => stroke(`M-420 ${-60 + i * 34}q40-26 80 0t80 0t80 0t80 0`, p.shade, 8)),
    )
  )
}

/** One man in an empty city. */
const lastMan: Motif = (p) =>
  circle(0, -200, 240, p.accent) +
  mirrored(
    polygon('1600,-900 520,-420 520,430 1600,1100', p.shade),
    polygon('500,-300 300,-200 300,330 500,420', p.figure),
    polygon('290,-60 190,-30 190,270 290,320', p.shade),
    times(4, (i) =>
      times(2, (j) =>
        polygonOf(
          [
            [340 + j * 74, -120 + i * 100 - j * 20],
            [376 + j * 74, -134 + i * 100 - j * 20],
            [376 + j * 74, -86 + i * 102 - j * 10],
            [340 + j * 74, -76 + i * 102 - j * 8],
          ],
          p.ground,
        ),
      ),
    ),
    times(5, (i) => times(3, (j) => rect(570 + j * 130, -330 + i * 150, 60, 80, p.ground))),
  ) +
  polygon('-190,266 190,266 1600,1500 -1600,1500', p.ground) +
  polygon('-14,300 14,300 -150,1500 -760,1500', p.shade) +
  person(0, 320, 220, p.ink)

/** A saucer with a red cap on, over the snow. */
const saucer: Motif = (p, random) =>
  starrySky(random, 140, p.ink) +
  circle(330, -400, 84, p.figure) +
  faded(0.45, polygon('-150,-40 150,-40 380,560 -380,560', p.accent)) +
  floor(520, p.ink) +
  times(3, (i) =>
    group(
      `translate(${-390 + i * 380} ${530 + (i % 2) * 60}) scale(${1 - i * 0.12})`,
      polygon('0,-300 100,-130 50,-140 140,0 -140,0 -50,-140 -100,-130', p.shade),
      rect(-18, 0, 36, 50, p.shade),
    ),
  ) +
  path('M-140-140Q-140-290 0-296Q140-290 140-140Z', p.figure) +
  path('M-110-250Q-60-430 130-420Q270-400 300-270Q210-330 130-230Z', p.accent) +
  circle(300, -256, 40, p.ink) +
  rect(-146, -270, 300, 56, p.ink, 28) +
  path('M-430-90Q-300-180 0-180Q300-180 430-90Q300 0 0 0Q-300 0-430-90Z', p.ink) +
  path('M-420-86Q-280-40 0-40Q280-40 420-86Q300 6 0 6Q-300 6-420-86Z', p.shade) +
  times(7, (i) => circle(-300 + i * 100, -76 + (3 - Math.abs(i - 3)) * 12, 21, p.accent)) +
  person(0, 470, 210, p.ground)

/** A hand. It is a great hand. */
const greatHand: Motif = (p) =>
  times(7, (i) => ring(0, 60, 240 + i * 130, 44, p.shade)) +
  path(
    'M-170 900L-150 320Q-330 180-350 20Q-350-40-296-30Q-240 60-170 70L-226-330Q-220-390-176-384Q-130-376-120-330L-70-60L-66-440Q-56-490-14-490Q30-486 34-440L44-60L110-390Q124-434 166-424Q206-410 200-360L150-20L236-230Q260-264 296-250Q330-230 316-180Q260 60 220 260Q180 340 180 900Z',
    p.accent,
  ) +
  ring(0, 170, 120, 14, p.ground) +
  path('M-100 170Q0 70 100 170Q0 270-100 170Z', p.ground) +
  circle(0, 170, 42, p.figure) +
  circle(0, 170, 18, p.ink) +
  stroke('M-160 370Q0 420 170 360M-150 430Q0 480 172 420', p.ground, 9)

/** Crosses on a hill, and what comes up between them. */
const graves: Motif = (p, random) =>
  circle(40, -150, 330, p.figure) +
  faded(0.3, circle(150, -240, 60, p.shade), circle(-80, -60, 84, p.shade), circle(190, 0, 40, p.shade)) +
  times(5, (i) =>
    group(
      `translate(${-390 + i * 200} ${220 + Math.abs(i - 2) * 50}) rotate(${-12 + i * 7}) scale(${0.8 + (i % 2) * 0.25})`,
      rect(-15, -210, 30, 300, p.ink),
      rect(-80, -150, 160, 30, p.ink),
    ),
  ) +
  path('M-3000 640Q-600 440-300 330Q0 230 330 330Q700 450 3000 620V3000H-3000Z', p.ink) +
  times(3, (i) =>
    group(
      `translate(${-250 + i * 270} ${420 + (i % 2) * 60}) rotate(${-14 + i * 15}) scale(${0.62 + (i % 2) * 0.16})`,
      path(
        'M-60 300L-54 40Q-120-10-130-70Q-124-100-96-90L-60-40L-84-200Q-76-230-52-220L-26-90L-24-250Q-10-276 10-250L18-90L50-210Q70-236 86-206L66-50L104-110Q126-124 132-96Q110 0 74 60L60 300Z',
        p.accent,
      ),
    ),
  ) +
  path('M-3000 760Q-300 560 0 580Q300 560 3000 740V3000H-3000Z', p.shade) +
  path('M-430-140l-60-150l-70-30m70 30l-10-90m10 90l50-60M-430-140L-520-120M-470 420Q-400 120-440-160', 'none') +
  stroke(
    'M-470 460Q-390 120-436-170M-436-100L-540-230L-600-240M-540-230L-530-330M-430-160L-360-300M-420 20L-330-70L-320-150',
    p.ink,
    20,
  ) +
  times(16, () => circle((random() - 0.5) * 1400, -420 + random() * 300, 3, p.ink)) +
  star(-330, -430, 4, 16, 5, p.ink)

export const fifties = { hauntedHouse, hungryPlant, organPipes, stamps, lastMan, saucer, greatHand, graves }
