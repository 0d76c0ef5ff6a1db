import {
  circle,
  ellipse,
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
  stroke,
  times,
} from './shapes.ts'

/** A city of steps and light. */
const futureCity: Motif = (p) => {
  const tower = (x: number, width: number, top: number, fill: string, edge: string) =>
    times(4, (i) => {
      const w = width * (1 - i * 0.22)
      const y = top + (3 - i) * 90 + (i === 3 ? 0 : 30)
      return (
        rect(x - w / 2, y, w, 2600, fill) + rect(x - w / 2, y, 7, 2600, edge) + rect(x + w / 2 - 7, y, 7, 2600, edge)
      )
    }) + times(3, (i) => rect(x - 18 + i * 16, top + 40, 5, 1700, edge))
  return (
    rays(0, -330, 36, p.shade) +
    circle(0, -330, 190, p.accent) +
    ring(0, -330, 230, 8, p.accent) +
    ring(0, -330, 268, 4, p.accent) +
    mirrored(tower(640, 190, -60, p.shade, p.figure), tower(430, 210, -190, p.ground, p.figure)) +
    mirrored(tower(210, 200, 10, p.figure, p.ground)) +
    tower(0, 240, -330, p.ink, p.accent) +
    rect(-3, -520, 6, 200, p.ink) +
    circle(0, -520, 12, p.accent) +
    mirrored(stroke('M1500 160L90 330', p.accent, 14, 'butt'), stroke('M1500 196L90 366', p.accent, 4, 'butt')) +
    times(11, (i) => rect(-70 + (i % 3) * 56, -10 + Math.floor(i / 3) * 90, 24, 44, p.accent))
  )
}

/** A sun in the water, two people in a boat. */
const sunset: Motif = (p) =>
  rays(0, 60, 30, p.shade) +
  circle(0, 60, 350, p.accent) +
  times(5, (i) => rect(-400, -60 + i * 26, 800, 4 + i * 3, p.ground)) +
  floor(60, p.figure) +
  times(11, (i) => rect(-(360 - i * 30) + (i % 2) * 50, 92 + i * 46, (360 - i * 30) * 2 - 60, 18, p.accent, 9)) +
  path('M-230 200Q0 260 230 190Q190 300 0 304Q-180 300-230 200Z', p.ink) +
  group('translate(-56 218)', circle(0, -136, 26, p.ink), path('M-36 0Q-44-104 0-108Q40-104 30 0Z', p.ink)) +
  group(
    'translate(46 214)',
    circle(-8, -120, 24, p.ink),
    path('M-34-110Q-8-170 20-110L26-60Q-6-90-38-60Z', p.ink),
    path('M-40 0Q-40-92-6-96Q34-92 38 0Z', p.ink),
  ) +
  stroke('M-330 330L-40 150', p.ink, 10)

/** Eyes in the dark, and a cage. */
const catEyes: Motif = (p) =>
  path('M-430 600Q-470-120-400-500L-190-300Q0-350 190-300L400-500Q470-120 430 600Q0 900-430 600Z', p.shade) +
  mirrored(
    path('M50-60Q150-210 330-170Q310 10 190 40Q90 40 50-60Z', p.accent),
    path('M196-186Q246-80 190 38Q146-80 196-186Z', p.ground),
    circle(216, -110, 13, p.ink),
  ) +
  path('M-40 130Q0 108 40 130Q20 176 0 184Q-20 176-40 130Z', p.figure) +
  mirrored(
    stroke('M0 184Q10 240 90 238', p.figure, 9),
    stroke('M120 190L420 130M124 220L430 220M120 250L410 310', p.ink, 5),
  ) +
  group(
    'translate(-30 -352)',
    path('M-60 40Q-70-60 20-70Q30-130 84-126Q130-120 126-84L160-72L122-56Q120 30 40 50Q-10 60-60 40Z', p.accent),
    path('M-50 30Q-120 20-190-30L-170 20L-200 40Q-120 70-40 50Z', p.accent),
    path('M-30-10Q20 40 70-20Q40 60-30 30Z', p.ground),
    circle(90, -88, 9, p.ground),
    stroke('M20 50V84M44 48V84', p.accent, 7),
  )

/** Wings in formation over the clouds. */
const biplanes: Motif = (p) => {
  const plane = (x: number, y: number, size: number, tilt: number) =>
    group(
      `translate(${x} ${y}) scale(${size}) rotate(${tilt})`,
      rect(-430, -96, 860, 30, p.ink, 15),
      rect(-390, 60, 780, 28, p.ink, 14),
      mirrored(
        stroke('M190-80L170 70M330-80L310 70M190-80L310 70', p.ink, 8),
        circle(374, -81, 15, p.accent),
        stroke('M40 90L96 160', p.ink, 10),
        circle(100, 170, 32, p.ink),
      ),
      circle(0, 0, 96, p.ink),
      circle(0, 0, 70, p.figure),
      times(9, (i) => group(`rotate(${i * 40})`, rect(-6, -64, 12, 40, p.ink))),
      circle(0, 0, 26, p.ink),
      group('rotate(24)', ellipse(0, -112, 13, 100, p.accent), ellipse(0, 112, 13, 100, p.accent)),
    )
  return (
    rays(-300, -420, 22, p.shade) +
    circle(-300, -420, 150, p.accent) +
    times(3, (i) =>
      group(
        `translate(${-420 + i * 440} ${210 + (i % 2) * 130})`,
        circle(0, 0, 150, p.figure),
        circle(150, 40, 190, p.figure),
        circle(-170, 60, 170, p.figure),
      ),
    ) +
    floor(330, p.figure) +
    plane(250, -310, 0.36, -8) +
    plane(-290, -140, 0.46, -8) +
    plane(40, 80, 1.0, -8)
  )
}

/** A housefront falls, and the open window saves a man. */
const fallingFront: Motif = (p) =>
  times(9, (i) =>
    stroke(
      `M${-1500 + i * 60} ${-600 + i * 120}Q-300 ${-700 + i * 130} 1600 ${-420 + i * 120}`,
      p.shade,
      12 + (i % 3) * 12,
    ),
  ) +
  group(
    'rotate(-14) scale(0.88)',
    polygon('-330,-120 0,-430 330,-120 330,440 -330,440', p.figure),
    polygon('-390,-90 0,-460 390,-90 350,-60 0,-384 -350,-60', p.ink),
    times(11, (i) => rect(-330, -70 + i * 46, 660, 4, p.ground)),
    rect(-96, -190, 192, 210, p.ink),
    rect(-80, -174, 160, 178, p.ground),
    mirrored(rect(150, 120, 120, 170, p.ink), rect(164, 134, 92, 142, p.accent), rect(206, 134, 8, 142, p.ink)),
    rect(-70, 180, 140, 260, p.ink),
    circle(46, 320, 9, p.accent),
  ) +
  floor(560, p.ink) +
  group(
    'translate(-28 -18)',
    person(0, 70, 200, p.ink),
    rect(-30, -128, 60, 10, p.ink, 4),
    rect(-20, -146, 40, 22, p.ink, 3),
  ) +
  times(5, (i) => group(`translate(${-420 + i * 210} 520) rotate(${i * 37})`, rect(-70, -9, 140, 18, p.accent)))

/** An eye in a lens. */
const lens: Motif = (p) =>
  rays(0, 0, 12, p.shade, 2600, 7) +
  circle(0, 0, 440, p.ink) +
  times(48, (i) => group(`rotate(${i * 7.5})`, rect(-8, -436, 16, 40, p.ground))) +
  circle(0, 0, 376, p.accent) +
  circle(0, 0, 330, p.ink) +
  path('M-290 0Q0-280 290 0Q0 280-290 0Z', p.ground) +
  circle(0, 0, 138, p.figure) +
  times(8, (i) => group(`rotate(${i * 45})`, polygon('0,-136 96,-96 30,-30', p.accent))) +
  circle(0, 0, 62, p.ink) +
  circle(-34, -40, 26, p.ground) +
  times(5, (i) => group(`rotate(${-40 + i * 20})`, rect(-6, -262 + Math.abs(i - 2) * 6, 12, 70, p.ground, 6)))

/** A fringe, a neck and pearls. */
const bob: Motif = (p) =>
  circle(0, -60, 420, p.shade) +
  path('M-90 200L-110 420Q-330 460-420 900H420Q330 460 110 420L90 200Z', p.figure) +
  path('M-196-120Q-206 200-60 272Q0 300 60 272Q206 200 196-120Z', p.figure) +
  path(
    'M-40-430Q290-440 300-100Q310 60 330 150Q240 190 170 150Q210 60 196-110Q0-150-196-110Q-210 60-170 150Q-240 190-330 150Q-310 60-300-100Q-290-440 40-430Z',
    p.ink,
  ) +
  mirrored(
    path('M50-20Q110-70 170-20Q110 20 50-20Z', p.ground),
    circle(110, -22, 22, p.ink),
    stroke('M40-74Q110-116 184-76', p.ink, 9),
  ) +
  stroke('M0 20Q26 90-4 104', p.ground, 8) +
  path('M-62 176Q-26 146 0 164Q26 146 62 176Q0 226-62 176Z', p.accent) +
  times(13, (i) =>
    circle(
      Math.cos(((i * 13 + 12) / 180) * Math.PI) * 170,
      380 + Math.sin(((i * 13 + 12) / 180) * Math.PI) * 96,
      17,
      p.accent,
    ),
  )

/** A beam of light, and a man who climbs into the picture. */
const beam: Motif = (p) =>
  polygon('-620,640 -500,640 420,-330 -420,-330', p.shade) +
  polygon('-470,-400 470,-400 470,170 -470,170', p.ink) +
  polygon('-440,-372 440,-372 440,142 -440,142', p.accent) +
  circle(230, -190, 110, p.ground) +
  polygon('-440,142 -440,-40 -250,-190 -60,10 120,-120 300,20 440,-60 440,142', p.figure) +
  polygon('-360,660 -230,660 380,110 -330,-90', p.ground) +
  group(
    'translate(30 300)',
    person(0, 0, 400, p.ink),
    rect(-62, -392, 124, 15, p.ink, 7),
    rect(-42, -424, 84, 40, p.ink, 6),
  ) +
  times(9, (i) =>
    group(
      `translate(${-560 + i * 140} ${430 + (i % 2) * 22})`,
      circle(0, -60, 48, p.ink),
      path('M-90 400V60Q-84-10 0-14Q84-10 90 60V400Z', p.ink),
    ),
  )

export const lateSilent = { futureCity, sunset, catEyes, biplanes, fallingFront, lens, bob, beam }
