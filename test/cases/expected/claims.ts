import type { CaseExpectation } from '../expectation.ts'

const ourPaths = /\/workspaces?\/|workspace-/

/** What is in the picture and what is not, what the rest of the config would change, schedules, reasons. */
export const claims: Readonly<Record<string, CaseExpectation>> = {
  '02b-overlay-path-plain-string': {
    exit: 0,
    status: 'success',
    asDirect: true,
    targets: { 1001: { overlays: ['new'] } },
    // A plain ratingKey is no reason for a warning.
    check: ({ summary }) => {
      if (summary?.warnings.length !== 0) throw new Error(`warnings: ${summary?.warnings.join('\n')}`)
    },
  },
  '08-font-path-missing': {
    exit: 1,
    targets: {
      2000: {
        status: 'missing',
        reason: /ended_show .*font '.*\/user\/config\/overlays\/fonts\/Avenir_95_Black\.ttf' not found/,
      },
      2100: { status: 'missing' },
    },
    report: [
      /Signal \(1990\) {2}No overlay matched/,
      /Zulu \(1991\) {2}for the same reason/,
      /Available fonts: (?:[\w-]+\.\w+,? ?){5}and \d+ more/,
    ],
    unreported: [ourPaths],
    withKometa: { doctor: [/there is no font "config\/overlays\/fonts\/Avenir_95_Black\.ttf"/] },
  },
  '11c-leading-space-library-failure': {
    exit: 1,
    status: 'partial',
    targets: { 1001: { status: 'missing', reason: /^No overlay matched.*bad \(/ }, 1002: { overlays: ['hd'] } },
    unreported: [ourPaths],
  },
  '16b-secret-name-with-dash-and-run-flag': {
    exit: 2,
    error: [/<<plex-url>> in plex\.url/, /"url: ENV"/],
    unreported: [/Set KOMETA_PLEX_URL/],
  },
  '05-missing-rating-text': {
    exit: 0,
    status: 'success',
    asDirect: true,
    targets: {
      1001: { overlays: ['user'], said: [/"critic",\s+"reason": "Plex has no critic rating for it"/] },
      1002: { overlays: ['critic', 'user'], unsaid: [/Plex has no/] },
      1003: { overlays: ['critic'], said: [/"user",\s+"reason": "Plex has no user rating for it"/] },
    },
    report: [/not in the picture: critic: Plex has no critic rating for it/],
  },
  '32-group-weight-and-suppress-across-files': {
    exit: 0,
    status: 'success',
    asDirect: true,
    targets: { 1001: { overlays: ['fourk', 'plainb'] }, 1002: { overlays: ['any', 'plainb'] } },
    report: [
      /not in the picture: any: lost to fourk in the group "g" \(both weigh 10: the first one wins\)/,
      /not in the picture: hdr: fourk suppresses it/,
    ],
    warnings: [/"fourk" \(config\/a\.yml\) suppresses "plainb", which is in another file \(config\/b\.yml\)/],
  },
  '49-queue-longer-than-places': {
    exit: 0,
    status: 'success',
    asDirect: true,
    targets: { 1001: { overlays: ['q2'] } },
    report: [/not in the picture: q1: no place left in the queue "corner": it has one place, which q2 has/],
  },
  '07-collection-not-found': {
    exit: 1,
    status: 'partial',
    asDirect: true,
    targets: { 1001: { status: 'missing' }, 1002: { overlays: ['Classics'] } },
    warnings: [
      /"Movies": a real run makes or fills the collection "Trending" before it draws \(config\/c\.yml\).*a preview makes no collections/,
    ],
  },
  '23-mass-rating-operations': {
    exit: 0,
    status: 'success',
    warnings: [
      /"Movies": a real run changes critic ratings before it draws \(operations: mass_critic_rating_update\)/,
      /"Movies": a real run changes audience ratings before it draws \(operations: mass_audience_rating_update\)/,
    ],
    doctor: [/real run changes critic ratings before it draws/],
    targets: {
      1002: { overlays: [], said: [/Plex has no critic rating for it/, /Plex has no audience rating for it/] },
    },
    report: [/ok +Beta \(2002\) {2}no overlay is in the picture/],
  },
  '24c-scheduled-today': {
    exit: 0,
    warnings: [
      // On a Sunday a real run draws.
      ...(new Date().getDay() === 0
        ? []
        : [
            /a real run today would draw no overlays \(schedule_overlays: weekly\(sunday\)\); the next one that does is on Sunday, \d+ \w+ \d{4}/,
          ]),
      /Kometa ignores the schedules of file: config\/christmas\.yml .* and file: config\/halloween\.yml /,
    ],
    doctor: [/: it follows schedule_overlays/],
  },
  '43-overlay-files-forms': {
    asDirect: true,
    warnings: [
      /the schedule of default: video_format \(never\) applies to the whole library/,
      /a real run never draws overlays \(schedule: never\)/,
    ],
  },
  '12-two-libraries-same-title': {
    exit: 2,
    error: [/"7001" is "Delta \(2004\)"/, /several libraries called "Movies"\. Kometa takes the first one/],
  },
  '46-unraid-appdata-layout': {
    exit: 2,
    error: [
      /appdata\/kometa\/overlays\/o\.yml is there: in Kometa's container "config\/" is the folder of config\.yml/,
      /ln -s /,
    ],
  },
}
