import type { Server } from '../call.ts'
import { node, type PlexNode } from '../nodes/node.ts'

/** The attributes of the answer to `/`. */
export function rootAttrs(server: Server): PlexNode['attrs'] {
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

export const rootDirectories = [
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

/** `/:/prefs`: Kometa reads the cache size and the maintenance hours. */
export function settings(server: Server): PlexNode[] {
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
