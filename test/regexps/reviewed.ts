/**
 * Why an expression may stay although redos-detector does not call it linear. A bounded one is not measured; its reason
 * names the bound.
 */
interface Review {
  kind: 'linear' | 'bounded'
  why: string
  expressions: readonly RegExp[]
}

/**
 * An expression that sees a text of any length, such as a config, Kometa's log or an answer of Plex, must be linear. It
 * is measured with texts made to slow it down.
 */
export const reviews: readonly Review[] = [
  {
    kind: 'linear',
    why: 'what is repeated ends at the character with which the next match begins, so that no text is gone through twice',
    expressions: [
      /<<([\w-]+)>>/,
      /<<([\w-]+)>>/g,
      /<<[\w-]+>>/,
      /<<([^<>]+)>>/g,
      /<<([a-z_]+?)(?:[A-Z%#/0]*|\[[^<>]*)>>/g,
      /\{(\w+)\}/g,
      /[<[]([^<>[\]]+)[>\]]/,
      /\/\/[^/@]*@/,
      /:\d+$/,
      /:\d+:\d+$/,
      /.:\d+:\d+$/,
      /\.[^.]*$/,
      /[\\/][^\\/]*$/,
      /\.log(?:\.\d+)?$/,
      /\.tmp-\d+-[0-9a-f]{8}$/,
      /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g,
      /<MediaContainer(?:\s[^<>]*?)?(\/?)>/,
      /\r\ntransfer-encoding:[^\r]*chunked/i,
      /\r\ncontent-length:[ \t]*(\d+)/i,
      /(^|\/\/[^/]+)\/accounts\/login\//,
    ],
  },
  {
    kind: 'linear',
    why: 'a match begins with fixed words, and they do not occur in what follows them',
    expressions: [
      /\/library\/sections\/(\d+)\//,
      /\ssize="(\d+)"/,
      /\ssize="\d+"/,
      /\stotalSize="(\d+)"/,
      /;\s*filename="?([^";]*)/i,
    ],
  },
  {
    kind: 'linear',
    why: 'the quote with which the next match begins ends the one before, so that one of them at most runs to the end of the text',
    expressions: [
      /'([^']+)'/,
      /'((?:\\'|[^'])*)'/,
      /"((?:\\"|[^"])*)"/,
      /'([^']*)'|"([^"]*)"/g,
      /'[^']*'|"[^"]*"/g,
      /\[((?:'[^']*'|"[^"]*")(?:, (?:'[^']*'|"[^"]*"))+)\]/g,
      /library "((?:[^"\\]|\\.)+)"/,
      /\bencoding\s*=\s*["']([^"']*)["']/,
      /<Label(?:\s+[\w:.-]+=(?:"[^"]*"|'[^']*'))*\s*\/>/g,
      /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gs,
    ],
  },
  {
    kind: 'linear',
    why: 'the first character is enough for a match, and the match takes all that it has gone through',
    expressions: [/[?#].*$/s, /\/library\/metadata\/(\d{1,18})\/file\?url=([^"'&<>\s\\]+)/g],
  },
  {
    kind: 'linear',
    why: 'it may begin at the first character of a run alone, or gives a run up after a fixed number of characters',
    expressions: [/(?<!\s)\s+#.*/, /(?<![\w<>-])[\w<>-]+(?:\.[\w -]+)+/g, /[\w-]{20,}/g],
  },
  {
    kind: 'linear',
    why: 'it begins at the start of the text or of a line, and each of its alternatives goes through that a fixed number of times',
    expressions: [
      /^ *[\u00a0\u2007\u202f]|^ *(?:[^"'#\s][^"'#]*)?[-:][\u00a0\u2007\u202f]/,
      /^\s*(?:#|$)|^%|^ *\t/,
      /^(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/,
      /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
      /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
      /^\.?[A-Za-z0-9_-]+([.:][A-Za-z0-9_-]*)*$|^\[?[0-9A-Fa-f:.]+\]?$/,
      /^[\d.]+$|:/,
      /^(?:\w+ )+(?=\w+ (?:Error|Warning))/,
      /^Value: ?(.*)$/s,
      /^\s*File ".*?[\\/](?:modules[\\/](\w+)|kometa)\.py", line/,
      /^={2,} (.*?) ={2,}$/,
      /^Connected to server (.+) version (\S+)$/,
      /^[ \t]*127\.0\.0\.1[ \t][^#\n]*\blocalhost(?![\w.-])/m,
      /^[A-Za-z]+(\.[A-Za-z]+)?(:(asc|desc|nullsLast))?(,[A-Za-z]+(\.[A-Za-z]+)?(:(asc|desc|nullsLast))?)*$/,
      /^(?=.*\d)\S+$/,
      /^\/assets\/.*-[\w-]{8}\.\w+$/,
      /^ {2}config: (.+)$/m,
      /^(\s*)(- )?((?:[\w.-]+|"[^"]*"|'[^']*')\s*|[^#:\s][^:#]*):(?:\s|$)/,
      /^(?:logs|UUID|.*\.cache|title\.\w+\.tsv(?:\.gz)?|kometa_run\.yml|\.kometa-preview-empty\.yml)$/,
      /^(?:([a-z]+)\.)?([A-Za-z]+)(!=|>>|<<|[!=<>])?$/,
      /^(?:([a-z]+)\.)?([A-Za-z]+)(?::(asc|desc|nullsLast))?$/,
    ],
  },
  {
    kind: 'bounded',
    why: 'dotenv.ts tries it at one place of each line of .env, where it goes through blanks once',
    expressions: [/[^\S\r\n]*(?:\r\n|\n|\r|$)/],
  },
  {
    kind: 'bounded',
    why: 'mask-config.ts tries it where a value begins: the blank before a quote there ends what an earlier quote began',
    expressions: [/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/y],
  },
  {
    kind: 'bounded',
    why: 'public-address.ts reads valid IPv6 addresses alone: 45 characters',
    expressions: [/(\d+)\.(\d+)\.(\d+)\.(\d+)$/],
  },
  {
    kind: 'bounded',
    why: 'process-identity.ts reads the one line that ps prints of a process: its state and its start',
    expressions: [/^\s*(\S+)\s+(\S.*\S)\s*$/],
  },
  {
    kind: 'bounded',
    why: 'the demo reads its own data with it: the file names of its sample library (255 bytes each)',
    expressions: [/true[ ._-]?hd.*atmos/i, /\b(?:dd[p+]|e[ ._-]?ac3).*atmos/i],
  },
]

/** Expressions made from a text, as their calls are written (whitespace collapsed), and the values put into them. */
export const reviewedCalls: Readonly<Record<string, string>> = {
  "new RegExp(pattern.source, 'uy')": 'literals of dotenv.ts, which are judged themselves',
  "new RegExp(contexts.map(({ pattern }) => pattern.source).join('|'), 'gi')":
    'the literals above it, which are judged themselves',
  'new RegExp( `^(?:(?:${fieldTypes})\\\\.)?([A-Za-z]{1,64})(?:(?:!|%21)(?:%3[Dd])?|%3[Dd]|%3[Ee]|%3[Cc]|%3[Ee]%3[Ee]|%3[Cc]%3[Cc])?$`, )':
    'names of types, joined by "|"',
  'new RegExp(`^(?:(?:${fieldTypes})\\\\.)?([A-Za-z]{1,64})$`)': 'names of types, joined by "|"',
  'new RegExp(`"${name}":\\\\s*(\\\\d+)`)': 'size or totalSize, searched for in the first 4 KiB of an answer',
  'new RegExp(`\\\\s${name}="(\\\\d+)"`)': 'size or totalSize, searched for in the first 4 KiB of an answer',
  'new RegExp(`(^|[^0-9])${key}([^0-9]|$)`)': 'the digits of a ratingKey',
  "new RegExp(`${secretMask}(\\\\d*)`, 'g')": 'the mask, which has no digit',
  'new RegExp(`^${secretMask}(\\\\d{1,4})$`)': 'the mask, which has no digit',
  'new RegExp(`"<<${ownSecretPrefix}(\\\\d{1,4})>>"`, \'g\')': 'letters and dashes',
  "new RegExp(`^(${artworkKinds.join('|')}|composite)$`)": 'the kinds of artwork, which are letters',
  "new RegExp( `^(?:\\\\d{1,18}|unknown)_(?:${artworkKinds.join('|')}|unknown)_\\\\d{8}_\\\\d{6}_\\\\d{6}\\\\.[a-z]+$`, )":
    'the kinds of artwork, which are letters',
  "new RegExp(`^/library/metadata/(\\\\d+)/(${lists.join('|')})$`)":
    'the lists of the kinds of artwork, which are letters',
  "new RegExp(`^/library/metadata/(\\\\d+)/(${elements.join('|')})(?:/\\\\d+)?$`)":
    'the elements of the kinds of artwork, which are letters',
}
