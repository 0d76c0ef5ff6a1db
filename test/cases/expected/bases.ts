import { expect } from 'vitest'
import type { CaseExpectation } from '../expectation.ts'

/** What Kometa draws on, the user's cache and backups, pictures that it reads back. */
export const bases: Readonly<Record<string, CaseExpectation>> = {
  '04-season-without-poster': {
    exit: 1,
    status: 'partial',
    asDirect: true,
    targets: {
      2000: { status: 'exported', base: 'current poster' },
      2010: {
        status: 'missing',
        reason: /already has an Overlay/,
        said: [/no poster of its own: Plex shows that of its show, on which this run has just drawn overlays/],
      },
      2020: { status: 'exported', base: 'current poster' },
    },
    report: [/Give it a poster of its own in Plex/],
  },
  '17-asset-replaced-cache-on': {
    withKometa: {
      exit: 0,
      targets: {
        1001: { base: 'asset', said: [/"would": "skip"/, /nothing has changed/] },
        1002: { base: 'asset', said: [/"would": "draw"/, /its asset has changed/] },
        1003: { base: 'backup', said: [/"would": "skip"/] },
      },
      report: [
        /a real run would skip this item: nothing has changed/,
        /a real run would draw it: its asset has changed/,
      ],
    },
  },
  '18-poster-changed-in-plex-after-overlay': {
    exit: 0,
    asDirect: true,
    targets: {
      1001: {
        base: 'backup',
        said: [/although Plex shows another poster now/, /Original Posters\/1001\./, /take the label Overlay off/],
      },
      1002: { base: 'backup', unsaid: [/another poster/] },
    },
    report: [/although Plex shows another poster now.*take the label Overlay off/],
  },
  '22-asset-directory-docker-path': {
    exit: 0,
    warnings: [
      /settings.asset_directory: the folder \/config\/assets\/movies does not exist/,
      /settings.asset_directory: the folder config\/asset does not exist \(looked for at .*\/user\/config\/asset\)/,
    ],
    doctor: [/\/config\/assets\/movies does not exist/, /config\/asset does not exist/],
    targets: { 1001: { base: 'current poster' } },
  },
  '51b-remove-overlays-without-clean-poster': {
    exit: 1,
    status: 'partial',
    asDirect: true,
    problems: [/Alpha.*the overlays would stay in the poster for good/, /Gamma.*no clean poster to put back/],
    targets: {
      1001: { overlays: [], said: [/"fault": ".*for good/], unsaid: [/wears no overlay/] },
      1002: { said: [/"fault": null/, /"restore": true/] },
      1003: { status: 'missing', reason: /no clean poster to put back/, unsaid: [/wears no overlay/] },
    },
    check: ({ report }) => expect(report).toMatch(/danger .*Alpha/),
    withKometa: { targets: { 1002: { base: 'clean Plex poster' } } },
  },
}
