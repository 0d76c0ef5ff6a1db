import { expect } from 'vitest'
import { faultWords } from '../../../src/contract/faults.ts'
import { statusWords } from '../../../src/contract/summary.ts'
import type { CaseExpectation, CaseOutcome } from '../expectation.ts'

/** Each must fit a fault of the summary; `strict` asks for no other. */
const faulty =
  (words: readonly RegExp[]) =>
  ({ summary }: CaseOutcome): void => {
    const told = summary?.config_faults.map(faultWords) ?? []
    for (const each of words) expect(told, 'config_faults').toContainEqual(expect.stringMatching(each))
    if (summary) expect(statusWords(summary)).toBe('success with faults')
  }

/** Config files that Kometa refuses, and definitions and files that it drops. */
export const faults: Readonly<Record<string, CaseExpectation>> = {
  '01-broken-yaml-mixed-list': {
    exit: 2,
    error: [/config\.yml, line 12, column \d+: this list item is indented by 3 spaces, the one in line 9 by 4/],
    doctor: [/^problem Config: .*this list item is indented by 3 spaces/],
  },
  '55-dash-without-space': {
    exit: 2,
    error: [/config\.yml, line 4: "-default" is a key to YAML, since no blank follows its dash; write "- default:"/],
    doctor: [/^problem Config: .*line 4: "-default" is a key to YAML/],
  },
  '61-missing-tmdb-and-empty-plex': {
    exit: 2,
    error: [/plex\.token is empty \(line 7 of .*config\.yml\); tmdb\.apikey is missing/],
    doctor: [/^problem Config: .*plex\.token is empty .*tmdb\.apikey is missing/],
  },
  '30b-color-without-quotes': {
    exit: 0,
    asDirect: true,
    warnings: [
      /config\/o\.yml: line 10: font_color is empty, since its unquoted "#" begins a comment: write '#FFFFFF' in quotes/,
      /config\/o\.yml: line 11: back_color is empty/,
    ],
    doctor: [/line 10: font_color is empty/, /line 11: back_color is empty/],
  },
  '10-unknown-default': {
    exit: 0,
    status: 'success',
    targets: { '1001': { status: 'exported', overlays: ['4K-DV'] } },
    report: [/content_rating/, /success with faults/],
    check: faulty([/^config\/config\.yml, line 4 \(Movies\): File Error: Default does not exist content_rating\.yml$/]),
  },
  '28-tab-in-config': {
    exit: 2,
    error: [/config\.yml, line 4, column 25: .*tab/],
    doctor: [/^problem Config: .*config\.yml, line 4, column 25: .*tab/],
  },
  '45b-anchors-shared-template-variables': { exit: 0, status: 'success', asDirect: true },
  '29-flow-style-less-indented': { withKometa: { exit: 0, status: 'success' }, asDirect: true },
  '31-failed-definitions-beside-good-ones': {
    exit: 0,
    doctor: [/bad_image \(line 5\)/, /bad_coords \(line 8\)/, /bad_queue \(line 14\)/, /bad_template \(line 23\)/],
    status: 'success',
    targets: { '1001': { status: 'exported' } },
    check: faulty([
      /^config\/config\.yml, line 5 \(Movies\): File Error: File does not exist .*config\/missing\.yml$/,
      /^config\/o\.yml, line 5 \(Movies\): "bad_image": .*image not found at 'config\/overlays\/none\.png'$/,
      /^config\/o\.yml, line 8 \(Movies\): "bad_coords": .*must be used together$/,
      /^config\/o\.yml, line 11 \(Movies\): "bad_search": .*'resolutions' is not valid$/,
      /^config\/o\.yml, line 14 \(Movies\): "bad_queue": .*queue 'corner' not found$/,
      /^config\/o\.yml, line 20 \(Movies\): "bad_builder": .*'top_250' is invalid/,
      /^config\/o\.yml, line 23 \(Movies\): "bad_template": .*/,
    ]),
  },
  '07-collection-not-found': {
    targets: {
      '1001': {
        status: 'missing',
        reason:
          /collection: Trending not found \("Trending" in config\/overlays\/o\.yml\).*makes none of the collections/,
      },
      '1002': { status: 'exported', overlays: ['Classics'] },
    },
    report: [/Nothing to find for config\/overlays\/o\.yml, line 2 \(Movies\): "Trending": .*Trending not found/],
  },
  '08-font-path-missing': {
    exit: 1,
    report: [/"ended_show": .*Avenir_95_Black\.ttf' not found/],
    withKometa: { doctor: [/Avenir_95_Black\.ttf/] },
  },
}
