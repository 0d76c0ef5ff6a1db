/**
 * Every key that Kometa 2.4 and 2.5 read in a config.yml, and what happens to it in the run config. The list is an
 * allow-list: a key that is not here is dropped. A test compares it with Kometa's own json-schema and source, so
 * that a person judges each new key.
 */
type KeyRule =
  /** Copied unchanged. */
  | { do: 'keep' }
  /** Left out. `why` completes the sentence "left out: ...". */
  | { do: 'drop'; why: string }
  /** Always this value, whatever the user has. */
  | { do: 'force'; to: boolean | null; why: string }
  /** Written by code of its own (run-config.ts). */
  | { do: 'rewrite' }
export type KeyTable = Readonly<Record<string, KeyRule>>

const keep = { do: 'keep' } as const
const rewrite = { do: 'rewrite' } as const
const drop = (why: string): KeyRule => ({ do: 'drop', why })
const off = (why: string): KeyRule => ({ do: 'force', to: false, why })
const blank = (why: string): KeyRule => ({ do: 'force', to: null, why })

const notOverlays = 'it is no part of an overlay run'
const notifies = 'a preview sends no messages'
const scheduling = 'a preview runs now'
const writesAssets = "it would write to the user's asset folders"
const writesServer = 'it would change Plex'
const adds = 'it would add or change items there'
const collectionsOnly = 'it concerns collections alone'
const logOnly = 'it only makes the log longer'

export const topLevelKeys: KeyTable = {
  plex: rewrite,
  libraries: rewrite,
  settings: rewrite,
  tmdb: keep,
  tautulli: keep,
  omdb: keep,
  mdblist: keep,
  trakt: keep,
  mal: keep,
  anidb: keep,
  radarr: keep,
  sonarr: keep,
  github: keep,
  tracearr: keep,
  yamtrack: keep,
  floppy: keep,
  flicklist: keep,
  serializd: keep,
  webhooks: drop(notifies),
  notifiarr: drop(notifies),
  gotify: drop(notifies),
  ntfy: drop(notifies),
  apprise: drop(notifies),
  playlist_files: drop(notOverlays),
  simkl: drop('overlays do not use it'),
  cache: drop('what Kometa takes of it has its place under settings'),
}

export const plexKeys: KeyTable = {
  url: rewrite,
  token: rewrite,
  timeout: rewrite,
  verify_ssl: drop('the way to the proxy needs no certificate'),
  db_cache: drop(writesServer),
  clean_bundles: off(writesServer),
  empty_trash: off(writesServer),
  optimize: off(writesServer),
}

/** `settings`, of the config and of a library. */
export const settingsKeys: KeyTable = {
  run_order: rewrite,
  /** Kometa uses a private copy of the user's cache. */
  cache: keep,
  cache_expiration: keep,
  /** Workers; after 2.5. */
  threading: keep,
  asset_directory: keep,
  asset_folders: keep,
  asset_depth: keep,
  prioritize_assets: keep,
  assets_for_all: keep,
  assets_for_all_collections: drop(collectionsOnly),
  create_asset_folders: off(writesAssets),
  dimensional_asset_rename: off(
    'Kometa renames pictures by it; in a preview it does so in private copies of the asset folders',
  ),
  download_url_assets: off(writesAssets),
  show_missing_assets: keep,
  show_missing_season_assets: keep,
  show_missing_episode_assets: keep,
  show_asset_not_needed: keep,
  tvdb_language: keep,
  ignore_ids: keep,
  ignore_imdb_ids: keep,
  verify_ssl: keep,
  custom_repo: keep,
  overlay_artwork_filetype: keep,
  overlay_artwork_quality: keep,
  only_filter_missing: keep,
  missing_only_released: keep,
  show_options: off(logOnly),
  show_filtered: off(logOnly),
  show_unfiltered: { do: 'force', to: true, why: 'the log then says which items an overlay found' },
  show_missing: off(logOnly),
  show_unmanaged: drop(collectionsOnly),
  show_unconfigured: drop(collectionsOnly),
  save_report: off("it would write a report beside the user's config"),
  save_missing: drop("it would write a report beside the user's config"),
  playlist_report: off(notOverlays),
  playlist_sync_to_users: drop(notOverlays),
  playlist_sync_to_user: drop(notOverlays),
  playlist_exclude_users: drop(notOverlays),
  sync_mode: drop(collectionsOnly),
  minimum_items: drop(collectionsOnly),
  collection_minimum: drop(collectionsOnly),
  hub_priority: drop(collectionsOnly),
  auto_sort_hubs: drop(collectionsOnly),
  default_collection_order: drop(collectionsOnly),
  delete_below_minimum: drop(collectionsOnly),
  delete_not_scheduled: drop(collectionsOnly),
  item_refresh_delay: drop('a preview refreshes nothing'),
  run_again_delay: drop(notOverlays),
}

export const libraryKeys: KeyTable = {
  library_name: keep,
  overlay_files: rewrite,
  template_variables: keep,
  settings: rewrite,
  plex: rewrite,
  radarr: keep,
  sonarr: keep,
  tautulli: keep,
  tracearr: keep,
  remove_overlays: keep,
  remove_overlay: keep,
  revert_overlays: keep,
  reapply_overlays: keep,
  reapply_overlay: keep,
  reset_overlays: keep,
  reset_overlay: keep,
  collection_files: drop(notOverlays),
  metadata_files: drop(notOverlays),
  metadata_path: drop(notOverlays),
  image_files: drop(notOverlays),
  operations: drop(notOverlays),
  radarr_add_all: drop(adds),
  sonarr_add_all: drop(adds),
  radarr_add_all_existing: drop(adds),
  sonarr_add_all_existing: drop(adds),
  report_path: drop('a preview writes no report'),
  webhooks: drop(notifies),
  schedule: drop(scheduling),
  schedule_overlays: drop(scheduling),
  schedule_overlay: drop(scheduling),
  run_order: drop(scheduling),
  /** An old spelling, which normalise.ts has moved to overlay_files. */
  overlay_path: drop('overlay_files has its place'),
}

/** Definitions that Kometa refuses inside config.yml. The whole run would stop (config.py:337-351). */
export const refusedLibraryKeys = [
  'collections',
  'dynamic_collections',
  'metadata',
  'overlays',
  'templates',
  'playlists',
]

/** One entry of `overlay_files`. */
export const overlayEntryKeys: KeyTable = {
  default: keep,
  pmm: keep,
  file: keep,
  folder: keep,
  url: keep,
  git: keep,
  repo: keep,
  template_variables: keep,
  asset_directory: keep,
  remove_overlays: keep,
  remove_overlay: keep,
  revert_overlays: keep,
  reapply_overlays: keep,
  reapply_overlay: keep,
  reset_overlays: keep,
  reset_overlay: keep,
  schedule: drop(scheduling),
}

const server: KeyTable = {
  url: keep,
  token: keep,
  ignore_cache: keep,
  plex_path: keep,
  quality_profile: keep,
  tag: keep,
}
const adding: KeyTable = {
  add: drop(adds),
  add_missing: off(adds),
  add_existing: off(adds),
  upgrade_existing: off(adds),
  monitor_existing: off(adds),
  search: off(adds),
  root_folder_path: keep,
  monitor: keep,
}
const oneTime = 'it can be spent only once, and belongs to the real run'

/** The sections that overlays read. A library can have its own `radarr`, `sonarr` and `tautulli`. */
export const serviceKeys: Readonly<Record<string, KeyTable>> = {
  tmdb: { apikey: keep, language: keep, region: keep, cache_expiration: keep },
  tautulli: { url: keep, apikey: keep },
  tracearr: { url: keep, apikey: keep, server_id: keep },
  yamtrack: { url: keep, username: keep, password: keep },
  floppy: { url: keep, token: keep },
  flicklist: { api_key: keep },
  serializd: { email: keep, password: keep, timeout: keep },
  omdb: { apikey: keep, cache_expiration: keep },
  mdblist: { apikey: keep, cache_expiration: keep },
  github: { token: keep },
  anidb: { language: keep, cache_expiration: keep, enable_mature: keep },
  radarr: { ...server, ...adding, availability: keep, radarr_path: keep },
  sonarr: {
    ...server,
    ...adding,
    language_profile: keep,
    series_type: keep,
    season_folder: keep,
    cutoff: keep,
    cutoff_search: off(adds),
    sonarr_path: keep,
  },
  trakt: {
    client_id: keep,
    client_secret: keep,
    authorization: rewrite,
    pin: blank(oneTime),
    force_refresh: off(oneTime),
  },
  mal: {
    client_id: keep,
    client_secret: keep,
    cache_expiration: keep,
    authorization: rewrite,
    localhost_url: blank(oneTime),
  },
}

/** `authorization` of Trakt and MyAnimeList. */
export const authorizationKeys: KeyTable = {
  access_token: keep,
  token_type: keep,
  expires_in: keep,
  scope: keep,
  created_at: keep,
  refresh_token: blank(oneTime),
}

/** The names of all these keys. */
export const kometaKeys: ReadonlySet<string> = new Set(
  [topLevelKeys, plexKeys, settingsKeys, libraryKeys, overlayEntryKeys, ...Object.values(serviceKeys)].flatMap(
    (table) => Object.keys(table),
  ),
)
