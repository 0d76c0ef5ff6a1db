import {
  circle,
  faded,
  floor,
  group,
  type Motif,
  mirrored,
  path,
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

/** Onion domes, a crescent and a carpet in flight. */
const minarets: Motif = (p, random) => {
  const dome = (x: number, y: number, size: number, fill: string) =>
    group(
      `translate(${x} ${y}) scale(${size})`,
      path('M-60 0Q-130-70-70-140Q-20-190 0-250Q20-190 70-140Q130-70 60 0Z', fill),
      rect(-70, 0, 140, 1600, fill),
      rect(-86, 16, 172, 16, fill),
      rect(-3, -300, 6, 60, fill),
      circle(0, -300, 9, fill),
    )
  return (
    starrySky(random, 130, p.ink) +
    circle(-190, -270, 190, p.accent) +
    circle(-120, -300, 164, p.ground) +
    dome(-390, 190, 1.15, p.shade) +
    dome(400, 150, 1.25, p.shade) +
    dome(-190, 320, 1.0, p.figure) +
    dome(190, 280, 1.2, p.figure) +
    dome(0, 240, 1.6, p.ink) +
    dome(-480, 420, 0.9, p.ink) +
    dome(470, 400, 0.9, p.ink) +
    times(3, (i) => path(`M${-58 + i * 46} 420V330Q${-40 + i * 46} 296 ${-22 + i * 46} 330V420Z`, p.accent)) +
    group(
      'translate(210 -160) rotate(-9)',
      path('M-170 10Q-110-26-50 6T70 4T180-12L170 22Q110 44 56 30T-60 36T-164 44Z', p.accent),
      times(7, (i) => rect(-164 + i * 4, 44 + i * 0.1, 3, 26, p.accent)),
      circle(0, -92, 22, p.ink),
      path('M-26-100Q0-140 26-100Z', p.accent),
      path('M-34 10L-20-70H22L40 10Z', p.ink),
      stroke('M20-58L104-96', p.ink, 13),
    )
  )
}

/** Goggles, a gear and stripes: an American abroad. */
const goggles: Motif = (p) =>
  times(7, (i) => rect(-1800, -520 + i * 120, 3600, 56, i % 2 === 0 ? p.accent : p.shade)) +
  circle(0, -20, 380, p.ground) +
  times(16, (i) => group(`translate(0 -20) rotate(${i * 22.5})`, rect(-42, -450, 84, 100, p.ink, 8))) +
  circle(0, -20, 386, p.ink) +
  circle(0, -20, 330, p.figure) +
  path('M-200 20Q-210-280 0-290Q210-280 200 20L140 250Q0 340-140 250Z', p.ground) +
  path('M-214-60Q-220-330 0-334Q220-330 214-60Q0-150-214-60Z', p.ink) +
  mirrored(ring(98, 10, 82, 26, p.ink), circle(98, 10, 68, p.accent), path('M50 50A68 68 0 0 1 140-44Z', p.ink)) +
  rect(-24, 0, 48, 22, p.ink) +
  path('M-90 190Q0 140 90 190Q0 230-90 190Z', p.ink) +
  star(0, -230, 5, 60, 24, p.accent)

/** A ship from below, its guns on the sky. */
const battleship: Motif = (p) =>
  rays(-80, 500, 24, p.shade, 3000, 3) +
  circle(220, -260, 210, p.accent) +
  polygon('-60,-560 -20,-560 -10,-200 -70,-200', p.ink) +
  rect(-120, -470, 170, 18, p.ink) +
  polygon('-40,-555 190,-500 -30,-430', p.figure) +
  polygon('-170,-220 100,-220 150,60 -230,60', p.ink) +
  times(4, (i) => rect(-140 + i * 62, -150, 34, 40, p.accent)) +
  group(
    'translate(-150 20) rotate(24)',
    rect(-520, -26, 520, 22, p.ink),
    rect(-520, 14, 520, 22, p.ink),
    rect(-540, -32, 60, 34, p.ink),
    rect(-540, 8, 60, 34, p.ink),
  ) +
  group(
    'translate(110 20) rotate(-24)',
    rect(0, -26, 520, 22, p.ink),
    rect(0, 14, 520, 22, p.ink),
    rect(480, -32, 60, 34, p.ink),
    rect(480, 8, 60, 34, p.ink),
  ) +
  rect(-290, 20, 520, 90, p.ink, 30) +
  polygon('-1400,110 1400,110 420,1500 -420,1500', p.figure) +
  polygon('-40,110 1400,110 420,1500 -10,1500', p.ink) +
  times(5, (i) => circle(-130 - i * 96, 220, 22, p.ground)) +
  rect(-1400, 104, 2800, 22, p.accent)

/** A cabin on the edge of a cliff. */
const cabin: Motif = (p, random) =>
  circle(-230, -280, 120, p.accent) +
  polygon('-1400,500 -560,-180 -300,60 -60,-330 330,170 700,-120 1600,500', p.shade) +
  polygon('-60,-330 60,-176 10,-140 -60,-190 -120,-120 -168,-154', p.ink) +
  polygon('-560,-180 -480,-106 -556,-70 -640,-116', p.ink) +
  polygon('-3000,190 -40,150 90,200 60,420 150,700 60,1500 -3000,1500', p.ink) +
  polygon('90,200 60,420 150,700 60,1500 -140,1500 -10,800 -60,460', p.shade) +
  group(
    'translate(70 156) rotate(17)',
    rect(-150, -150, 330, 160, p.figure),
    times(5, (i) => rect(-150, -150 + i * 33, 330, 5, p.ground)),
    polygon('-200,-140 14,-290 230,-140', p.ground),
    polygon('-196,-156 14,-306 226,-156 210,-136 14,-272 -184,-136', p.ink),
    rect(110, -320, 44, 100, p.ground),
    rect(-100, -106, 70, 70, p.accent),
    rect(40, -116, 70, 126, p.ground),
  ) +
  times(120, () => circle((random() - 0.5) * 2400, (random() - 0.6) * 1500, 2 + random() * 5, p.ink))

/** Half a mask. */
const halfMask: Motif = (p) =>
  times(7, (i) =>
    path(
      `M${-1750 + i * 500}-1200Q${-1600 + i * 500} 0 ${-1750 + i * 500} 1800H${-1500 + i * 500}Q${-1420 + i * 500} 0 ${-1500 + i * 500}-1200Z`,
      p.shade,
    ),
  ) +
  path('M-280-40Q-290-400 0-410Q290-400 280-40Q270 240 0 420Q-270 240-280-40Z', p.shade) +
  path('M-40-420Q320-410 300-30Q286 190 100 340Q70 220 110 170Q20 160 14 60Q-20 20 20-60Q-30-130-40-420Z', p.figure) +
  path('M70-110Q160-190 250-100Q170-40 70-110Z', p.ground) +
  circle(160, -108, 24, p.accent) +
  stroke('M54-180Q150-270 262-176', p.ground, 16) +
  stroke('M120 200Q170 214 200 176', p.ground, 12) +
  faded(
    0.7,
    stroke('M-230-110Q-150-170-80-108Q-150-70-230-110Z', p.figure, 6),
    stroke('M-130 220Q-70 240-10 226', p.figure, 8),
  ) +
  group(
    'translate(-290 250)',
    path('M0-200Q110-190 90-90Q60-20-10-10Q-110-40-90-120Q-60-190 0-200Z', p.accent),
    ring(-2, -104, 46, 10, p.ground),
    ring(4, -108, 18, 8, p.ground),
    stroke('M0-10Q30 160-20 420', p.accent, 12),
    path('M10 130Q90 70 150 110Q90 170 10 130Z', p.accent),
  )

/** A locomotive, seen from the rails. */
const locomotive: Motif = (p) =>
  rays(0, -40, 20, p.shade, 2600, 2) +
  times(6, (i) => circle(-30 - i * 92, -420 - i * 24 + (i % 2) * 34, 72 + i * 22, p.shade)) +
  path('M-70-330L-100-470H100L70-330Z', p.ink) +
  rect(-116, -486, 232, 30, p.ink, 8) +
  rect(-330, 130, 660, 120, p.figure, 16) +
  circle(0, -60, 300, p.ink) +
  circle(0, -60, 262, p.figure) +
  circle(0, -60, 226, p.ink) +
  times(16, (i) => group(`translate(0 -60) rotate(${i * 22.5})`, circle(0, -244, 9, p.ink))) +
  ring(0, -60, 150, 6, p.figure) +
  circle(0, -60, 96, p.accent) +
  circle(0, -60, 66, p.ground) +
  rect(-340, 150, 680, 24, p.accent) +
  mirrored(circle(276, 210, 34, p.accent), rect(300, 250, 90, 40, p.ink)) +
  polygon('-210,250 210,250 390,480 -390,480', p.ink) +
  times(9, (i) => stroke(`M${(i - 4) * 44} 256L${(i - 4) * 88} 476`, p.figure, 9)) +
  rect(-410, 470, 820, 26, p.accent) +
  floor(496, p.shade) +
  mirrored(polygon('300,496 360,496 900,1500 640,1500', p.ink)) +
  times(5, (i) => rect(-500 - i * 120, 530 + i * i * 26 + i * 40, 1000 + i * 240, 18 + i * 8, p.figure))

/** A white oval, and a country fair's worth of shadow: one face that is two. */
const twoFaces: Motif = (p) =>
  rect(-3000, -3000, 3000, 6000, p.shade) +
  path('M0-400Q-250-390-250-60Q-240 230 0 390Z', p.figure) +
  path('M0-400Q270-420 290-40Q250 60 270 170Q180 330 0 390Z', p.ink) +
  path('M0-430Q-300-440-276-110Q-210-230 0-230Z', p.ink) +
  path('M0-430Q240-480 320-250L250-260L330-140L250-170L300-60Q200-220 0-200Z', p.accent) +
  path('M-190-50Q-120-100-60-50Q-120-14-190-50Z', p.ground) +
  circle(-122, -52, 20, p.ink) +
  stroke('M-206-112Q-130-150-50-110', p.ink, 12) +
  polygon('40,-40 210,-110 190,-10 90,10', p.accent) +
  circle(136, -44, 14, p.ink) +
  stroke('M0-60Q-40 80-20 96H0', p.ink, 8) +
  stroke('M-110 200Q-50 220 0 204', p.ink, 12) +
  path('M0 180Q110 150 200 190Q120 300 0 270Z', p.accent) +
  times(4, (i) =>
    polygonOf(
      [
        [14 + i * 42, 184],
        [50 + i * 42, 180],
        [32 + i * 42, 226],
      ],
      p.ink,
    ),
  ) +
  path('M-150 1200Q-140 420 0 390Q140 420 150 1200Z', p.ink) +
  polygon('-60,410 60,410 0,520', p.figure)

export const twenties = { minarets, goggles, battleship, cabin, halfMask, locomotive, twoFaces }
