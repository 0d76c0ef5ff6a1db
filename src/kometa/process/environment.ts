import { join } from 'node:path'
import { trustVariables } from '../trust/trust-variables.ts'

/**
 * The user's variables that Kometa gets. KOMETA_*, PMM_* and PLEXAPI_* are missing because they override arguments and
 * config.
 */
const passed = ['PATH', 'PYTHONPATH', 'VIRTUAL_ENV', 'LD_LIBRARY_PATH', 'LANG', 'TZ', 'TMPDIR', 'XDG_DATA_DIRS']
/** Python on Windows cannot open a socket without SystemRoot, nor find a program without PATHEXT. */
const passedOnWindows = ['TEMP', 'TMP', 'SYSTEMROOT', 'WINDIR', 'PATHEXT', 'COMSPEC']
const proxyNames = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']

export interface KometaEnvironmentOptions {
  /** A private folder, so that the user's plexapi config.ini and .netrc are not read. */
  home: string
  /**
   * Added last. Proxies come only from here: the user's proxies would bypass the gate, and their NO_PROXY would bypass
   * the proxy too.
   */
  extra?: Readonly<Record<string, string>>
  /** The interpreter; on Windows it stands in for a browser and does nothing. */
  python?: string
  platform?: NodeJS.Platform
}

/** Builds Kometa's environment from an allow-list of the user's variables and our own. */
export function kometaEnvironment(env: NodeJS.ProcessEnv, options: KometaEnvironmentOptions): Record<string, string> {
  const { home, extra = {}, python = 'python', platform = process.platform } = options
  const windows = platform === 'win32'
  const user = lookUp(env, windows)
  const result: Record<string, string> = {}
  const names = [...passed, ...trustVariables, ...(windows ? passedOnWindows : ['TEMP'])]
  for (const name of [...names, ...Object.keys(env).filter((key) => /^LC_[A-Z]+$/.test(key))]) {
    const value = user(name)
    if (value !== undefined) result[name] = value
  }
  Object.assign(result, privateHome(home, windows), {
    // Trakt and MAL open a browser when their tokens are refused (trakt.py:135, mal.py:164).
    BROWSER: windows ? `"${python.replaceAll('\\', '/')}" -c pass %s` : 'true',
    // Without these, progress arrives late through a pipe, and titles break on Windows.
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    // The user's checkout, and perhaps a virtual environment, would get the bytecode.
    PYTHONDONTWRITEBYTECODE: '1',
    ...extra,
  })
  spellProxies(result, windows)
  return result
}

export interface ContainerEnvironment {
  env: Record<string, string>
  /** Files that the environment names; they must be mounted to exist in the container. */
  files: string[]
}

/**
 * Builds the environment that a containerised Kometa gets on top of the image's own. Variables about this machine's
 * programs are left out.
 */
export function containerEnvironment(
  env: NodeJS.ProcessEnv,
  { home, extra = {} }: Pick<KometaEnvironmentOptions, 'home' | 'extra'>,
): ContainerEnvironment {
  const names = ['TZ', ...trustVariables].filter((name) => env[name])
  const user = Object.fromEntries(names.map((name) => [name, env[name]]))
  const result = kometaEnvironment(user, { home, extra, platform: 'linux' })
  const files = trustVariables.flatMap((name) => result[name] ?? [])
  return { env: result, files }
}

/** Names of variables are case-insensitive on Windows. */
function lookUp(env: NodeJS.ProcessEnv, windows: boolean): (name: string) => string | undefined {
  if (!windows) return (name) => env[name]
  const upper = new Map(Object.entries(env).map(([key, value]) => [key.toUpperCase(), value]))
  return (name) => upper.get(name.toUpperCase())
}

function privateHome(home: string, windows: boolean): Record<string, string> {
  if (!windows) return { HOME: home }
  return {
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
    LOCALAPPDATA: join(home, 'AppData', 'Local'),
  }
}

/** `requests` prefers the lower-case names and other code reads the upper-case ones, so both are set. */
function spellProxies(result: Record<string, string>, windows: boolean): void {
  for (const name of proxyNames) {
    const value = result[name]
    if (value !== undefined && !windows) result[name.toLowerCase()] = value
  }
}
