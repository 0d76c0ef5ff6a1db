import { type Call, type Route, type Server, value } from '../call.ts'
import { rootAttrs, rootDirectories, settings } from '../model/server-facts.ts'
import { node } from '../nodes/node.ts'
import type { Reply } from '../nodes/reply.ts'
import { fields } from '../query/fields.ts'
import { tagTypes } from '../query/tags.ts'
import { managedHubs, search } from './hubs.ts'

const empty: Reply = { kind: 'container', attrs: { size: 0 }, children: [] }
const emptyOf = (path: RegExp): Route => ({ method: 'GET', path, handle: () => empty })

/** Reads of the server itself, not of an item or a section. */
export const serverRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/$/,
    handle: (_call, server) => ({ kind: 'container', attrs: rootAttrs(server), children: rootDirectories }),
  },
  {
    method: 'GET',
    path: /^\/identity$/,
    handle: (_call, { identity }) => ({
      kind: 'container',
      attrs: {
        size: 0,
        apiVersion: '1.1.1',
        claimed: true,
        machineIdentifier: identity.machineIdentifier,
        version: identity.version,
      },
      children: [],
    }),
  },
  {
    method: 'GET',
    path: /^\/:\/prefs$/,
    handle: (_call, server) => {
      const children = settings(server)
      return { kind: 'container', attrs: { size: children.length }, children }
    },
  },
  {
    method: 'GET',
    path: /^\/library$/,
    handle: () => ({
      kind: 'container',
      attrs: {
        size: 3,
        allowSync: false,
        art: '/:/resources/library-art.png',
        content: '',
        identifier: 'com.plexapp.plugins.library',
        mediaTagPrefix: '/system/bundle/media/flags/',
        mediaTagVersion: 1_730_000_000,
        title1: 'Plex Library',
        title2: '',
      },
      children: ['sections', 'recentlyAdded', 'onDeck'].map((key) => node('Directory', { key, title: key })),
    }),
  },
  { method: 'GET', path: /^\/library\/tags$/, handle: (call, server) => libraryTags(call, server) },
  { method: 'GET', path: /^\/hubs\/search$/, handle: search },
  {
    method: 'GET',
    path: /^\/hubs\/sections\/(\d+)\/manage$/,
    handle: (call, server, [key]) => managedHubs(call, server, key),
  },
  {
    method: 'GET',
    path: /^\/media\/providers$/,
    handle: (_call, server) => {
      const directories = [...server.store.sections.values()].map((found) =>
        node('Directory', {
          id: String(found.key),
          key: `/library/sections/${found.key}`,
          title: found.title,
          type: found.type,
          uuid: found.uuid,
          durationTotal: 0,
          storageTotal: 0,
        }),
      )
      const feature = node('Feature', { key: '/library/sections', type: 'content' }, directories)
      const provider = node(
        'MediaProvider',
        { identifier: 'com.plexapp.plugins.library', title: 'Library', types: 'video,audio,photo' },
        [feature],
      )
      return { kind: 'container', attrs: { size: 1, friendlyName: server.identity.friendlyName }, children: [provider] }
    },
  },
  {
    method: 'GET',
    path: /^\/accounts$/,
    handle: () => ({
      kind: 'container',
      attrs: { size: 1, identifier: 'com.plexapp.system.accounts' },
      children: [
        node('Account', {
          id: 1,
          key: '/accounts/1',
          name: 'owner',
          defaultAudioLanguage: 'en',
          autoSelectAudio: true,
          defaultSubtitleLanguage: 'en',
          subtitleMode: 0,
          thumb: '',
        }),
      ],
    }),
  },
  {
    method: 'GET',
    path: /^\/butler$/,
    handle: () => ({
      kind: 'container',
      attrs: { size: 1 },
      children: [
        node('ButlerTask', {
          name: 'BackupDatabase',
          interval: 3,
          scheduleRandomized: false,
          enabled: true,
          title: 'Backup Database',
          description: '',
        }),
      ],
    }),
  },
  emptyOf(/^\/(?:activities|clients|devices|status\/sessions(?:\/(?:history\/all|background))?)$/),
  emptyOf(/^\/(?:transcode\/sessions|system\/agents|updater\/status)$/),
  emptyOf(/^\/library\/(?:onDeck|recentlyAdded|optimize)$/),
  emptyOf(/^\/hubs(?:\/(?:sections\/\d+|continueWatching(?:\/items)?|promoted|home\/recentlyAdded))?$/),
  emptyOf(/^\/hubs\/sections\/\d+\/continueWatching\/items$/),
  emptyOf(/^\/(?:statistics\/(?:bandwidth|resources)|myplex\/account|playQueues\/\d+|services\/browse(?:\/[\w=-]+)?)$/),
]

/** The qualities of conversions, which the server keeps as tags. */
const conversionTargets = ['Optimized for Mobile', 'Optimized for TV', 'Original Quality']
const conversionTagType = 42

function libraryTags(call: Call, server: Server): Reply {
  if (value(call, 'type') === String(conversionTagType)) {
    const tags = conversionTargets.map((tag, at) => node('Tag', { id: at + 1, tag, tagType: conversionTagType }))
    return { kind: 'container', attrs: { size: tags.length }, children: tags }
  }
  const kind = Object.entries(tagTypes).find(([, type]) => String(type) === value(call, 'type'))?.[0]
  const names = new Map<string, number>()
  const field = kind === undefined ? undefined : fields.get(kind)
  for (const entry of server.store.entries.values()) {
    for (const choice of field?.on.includes(entry.type) ? (field.choices?.(entry) ?? []) : [])
      names.set(choice.title, Number(choice.key))
  }
  const children = [...names].map(([tag, id]) =>
    node('Directory', { id, tag, tagType: Number(value(call, 'type')), filter: `${kind}=${id}` }),
  )
  return { kind: 'container', attrs: { size: children.length, identifier: 'com.plexapp.plugins.library' }, children }
}
