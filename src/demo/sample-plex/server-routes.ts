import { type Call, isOn, type Route, type Server, value } from './call.ts'
import { happen, withEntry } from './edit-routes.ts'
import { fields } from './fields.ts'
import { itemNode } from './item-node.ts'
import { node, type PlexNode } from './node.ts'
import { done, notFound, type Reply } from './reply.ts'
import { section } from './section-routes.ts'
import { type TagKind, tagId, tagTypes } from './tags.ts'

const empty: Reply = { kind: 'container', attrs: { size: 0 }, children: [] }
const emptyOf = (path: RegExp): Route => ({ method: 'GET', path, handle: () => empty })

/** What belongs to the server and not to an item or a section. */
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
    method: 'PUT',
    path: /^\/:\/prefs$/,
    handle: (call, server) => {
      for (const pair of call.pairs) if (!pair.name.startsWith('X-Plex')) server.store.prefs.set(pair.name, pair.value)
      server.store.version++
      return done
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
  emptyOf(
    /^\/(?:activities|clients|devices|status\/sessions(?:\/(?:history\/all|background))?|transcode\/sessions|system\/agents|updater\/status)$/,
  ),
  emptyOf(
    /^\/(?:library\/(?:onDeck|recentlyAdded|optimize)|hubs(?:\/(?:sections\/\d+|continueWatching(?:\/items)?|promoted|home\/recentlyAdded))?|hubs\/sections\/\d+\/continueWatching\/items)$/,
  ),
  emptyOf(/^\/(?:statistics\/(?:bandwidth|resources)|myplex\/account|playQueues\/\d+|services\/browse(?:\/[\w=-]+)?)$/),
  ...changingGets(),
]

/** The GETs by which Plex changes something all the same. */
function changingGets(): Route[] {
  const record = (path: RegExp): Route => ({
    method: 'GET',
    path,
    changes: true,
    handle: (call, server) => {
      server.store.record(`GET ${call.target}`)
      return done
    },
  })
  const onItem = (path: RegExp, event: string): Route => ({
    method: 'GET',
    path,
    changes: true,
    handle: (call, server) =>
      withEntry(server, value(call, 'key') ?? value(call, 'ratingKey'), (entry) => {
        if (event === 'scrobble') server.store.change(entry, { viewCount: (entry.values.viewCount ?? 0) + 1 })
        if (event === 'unscrobble') server.store.change(entry, { viewCount: 0 })
        if (event === 'rate') server.store.change(entry, { userRating: Number(value(call, 'rating') ?? -1) })
        happen(server.store, entry, event)
      }),
  })
  const scrobble = ['scrobble', 'unscrobble', 'rate', 'progress', 'timeline'].map((event) =>
    onItem(new RegExp(`^/:/${event}$`), event),
  )
  const byPut = scrobble.map((route): Route => ({ ...route, method: 'PUT' }))
  return [
    ...scrobble,
    ...byPut,
    record(/^\/library\/sections\/(?:all|\d+)\/refresh$/),
    record(/^\/status\/sessions\/terminate$/),
    record(/^\/security\/token$/),
    record(/^\/player\/[a-z]+\/[A-Za-z]+$/),
    record(/^\/(?:video|audio|music|photo)\/:\/transcode(?:\/.*)?$/),
    record(/^\/log(?:\/networked)?$/),
  ]
}

function rootAttrs(server: Server): PlexNode['attrs'] {
  const { friendlyName, machineIdentifier, version } = server.identity
  return {
    size: rootDirectories.length,
    allowCameraUpload: true,
    allowChannelAccess: true,
    allowMediaDeletion: true,
    allowSharing: true,
    allowSync: true,
    allowTuners: true,
    apiVersion: '1.1.1',
    backgroundProcessing: true,
    certificate: true,
    companionProxy: true,
    countryCode: 'usa',
    diagnostics: 'logs,databases,streaminglogs',
    eventStream: true,
    friendlyName,
    hubSearch: true,
    itemClusters: true,
    livetv: 7,
    machineIdentifier,
    mediaProviders: true,
    multiuser: true,
    musicAnalysis: 2,
    myPlex: true,
    myPlexMappingState: 'mapped',
    myPlexSigninState: 'ok',
    myPlexSubscription: true,
    myPlexUsername: 'owner@example.org',
    ownerFeatures: 'camera_upload,hardware_transcoding,sync',
    platform: 'Linux',
    platformVersion: '6.1.0',
    pluginHost: true,
    pushNotifications: false,
    readOnlyLibraries: false,
    streamingBrainABRVersion: 3,
    streamingBrainVersion: 2,
    sync: true,
    transcoderActiveVideoSessions: 0,
    transcoderAudio: true,
    transcoderVideo: true,
    updatedAt: 1_730_000_000,
    updater: true,
    version,
    voiceSearch: true,
  }
}

const rootDirectories = [
  'activities',
  'butler',
  'clients',
  'devices',
  'hubs',
  'identity',
  'library',
  'media',
  'playlists',
  'status',
].map((key) => node('Directory', { count: 1, key, title: key }))

const standardPrefs: readonly (readonly [id: string, type: string, value: string])[] = [
  ['FriendlyName', 'text', ''],
  ['DatabaseCacheSize', 'int', '40'],
  ['butlerUpdateChannel', 'text', '16'],
  ['ButlerStartHour', 'int', '2'],
  ['ButlerEndHour', 'int', '5'],
  ['CinemaTrailersPrerollID', 'text', ''],
  ['allowMediaDeletion', 'bool', 'true'],
]

function settings(server: Server): PlexNode[] {
  const known = standardPrefs.map(([id, type, standard]) => {
    const start = id === 'FriendlyName' ? server.identity.friendlyName : standard
    return node('Setting', {
      id,
      label: id,
      summary: '',
      type,
      default: standard,
      value: server.store.prefs.get(id) ?? start,
      hidden: false,
      advanced: false,
      group: 'general',
    })
  })
  const others = [...server.store.prefs].filter(([id]) => !standardPrefs.some(([name]) => name === id))
  return [
    ...known,
    ...others.map(([id, text]) =>
      node('Setting', {
        id,
        label: id,
        summary: '',
        type: 'text',
        default: '',
        value: text,
        hidden: true,
        advanced: true,
        group: '',
      }),
    ),
  ]
}

function libraryTags(call: Call, server: Server): Reply {
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

const maxHitsPerHub = 10

/** Items by title in hubs of their type, people in hubs of their part: Kometa looks up actors here. */
function search(call: Call, server: Server): Reply {
  const words = (value(call, 'query') ?? '').toLowerCase()
  const within = value(call, 'sectionId')
  const limit = Number(value(call, 'limit') ?? maxHitsPerHub)
  const hubs = new Map<string, PlexNode[]>()
  const add = (type: string, hit: PlexNode) => {
    const hits = hubs.get(type) ?? []
    hubs.set(type, hits)
    if (hits.length < limit) hits.push(hit)
  }
  for (const found of server.store.sections.values()) {
    if (within !== undefined && String(found.key) !== within) continue
    const people = new Map<string, [TagKind, string]>()
    for (const entries of found.byType.values()) {
      for (const entry of entries) {
        if (entry.values.title.toLowerCase().includes(words))
          add(entry.type, itemNode(entry, { full: true, guids: true }))
        for (const { name } of entry.values.actors ?? [])
          if (name.toLowerCase().includes(words)) people.set(`actor ${name}`, ['actor', name])
        for (const name of entry.values.directors ?? [])
          if (name.toLowerCase().includes(words)) people.set(`director ${name}`, ['director', name])
      }
    }
    for (const [kind, name] of people.values()) {
      const id = tagId(kind, name)
      const attrs = {
        librarySectionID: found.key,
        librarySectionKey: `/library/sections/${found.key}`,
        librarySectionTitle: found.title,
        librarySectionType: 1,
      }
      add(
        kind,
        node('Directory', {
          key: `/library/sections/${found.key}/all?${kind}=${id}`,
          ...attrs,
          reason: 'section',
          type: 'tag',
          id,
          filter: `${kind}=${id}`,
          tag: name,
          tagType: tagTypes[kind],
          count: 1,
        }),
      )
    }
  }
  const children = [...hubs].map(([type, hits]) =>
    node(
      'Hub',
      {
        title: type,
        type,
        hubIdentifier: type,
        context: `hub.search.${type}`,
        size: hits.length,
        more: false,
        style: 'shelf',
      },
      hits,
    ),
  )
  return { kind: 'container', attrs: { size: children.length, identifier: 'com.plexapp.plugins.library' }, children }
}

function managedHubs(call: Call, server: Server, key: string | undefined): Reply {
  const found = section(server, key)
  if (found === null) return notFound
  const ofOne = value(call, 'metadataItemId')
  const hub = (identifier: string, title: string) =>
    node('Hub', {
      deletable: false,
      homeVisibility: 'none',
      identifier,
      promotedToOwnHome: false,
      promotedToRecommended: isOn(call, 'promoted'),
      promotedToSharedHome: false,
      recommendationsVisibility: 'none',
      title,
    })
  const children =
    ofOne === undefined
      ? [hub(`${found.type}.recentlyadded`, 'Recently Added'), hub(`${found.type}.inprogress`, 'Continue Watching')]
      : [hub(`custom.collection.${found.key}.${ofOne}`, server.store.entries.get(ofOne)?.values.title ?? '')]
  return {
    kind: 'container',
    attrs: { size: children.length, allowSync: false, identifier: 'com.plexapp.plugins.library' },
    children,
  }
}
