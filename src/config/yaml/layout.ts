import { Lexer } from 'yaml'

interface Found {
  code: string
  offset: number
}

/**
 * The first tab that ruamel.yaml refuses: one between tokens, outside of brackets. The YAML specification allows
 * some of these.
 */
export function firstTab(text: string): Found | undefined {
  if (!text.includes('\t')) return undefined
  let offset = 0
  let brackets = 0
  let isScalar = false
  let isBlock = false
  for (const token of new Lexer().lex(text)) {
    if (token === '\x1f') {
      isScalar = true
      continue
    }
    if (token === '\x02' || token === '\x18') continue
    if (!isScalar && /^[|>]/.test(token)) isBlock = true
    else if (!isScalar && (token === '[' || token === '{')) brackets += 1
    else if (!isScalar && (token === ']' || token === '}')) brackets -= 1
    else if (brackets <= 0 && token.includes('\t') && mayHaveNone(token, isScalar, isBlock)) {
      return { code: 'TAB', offset: offset + token.indexOf('\t') }
    }
    if (isScalar) isBlock = false
    isScalar = false
    offset += token.length
  }
  return undefined
}

/** Whether ruamel.yaml refuses a tab in this token. Quoted text, comments and the lines below `|` may have one. */
const mayHaveNone = (token: string, isScalar: boolean, isBlock: boolean): boolean =>
  isScalar ? !isBlock : /^[ \t]+$/.test(token)

/** The first character that ruamel.yaml refuses anywhere. */
export function firstControlCharacter(text: string): Found | undefined {
  const at = text.search(/[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ud800-\udfff\ue000-\ufffd]/)
  return at < 0 ? undefined : { code: 'CONTROL_CHARACTER', offset: at }
}
