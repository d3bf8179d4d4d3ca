// Kinds of values in words.
import { tOr } from '@/i18n'
import type { Kind } from '@/api'

/** The plain name of a kind, whichever way it was written. */
export function kindName(kind: Kind | null | undefined): string {
  if (!kind) return ''
  return typeof kind === 'string' ? kind : kind.type
}

/** A kind in words, with its code set. */
export function kindWords(kind: Kind | null | undefined): string {
  const name = kindName(kind)
  if (!name) return '—'
  if (typeof kind === 'object' && kind?.set) return `${tOr('kind.code', 'code')} · ${tOr(`codeset.${kind.set}`, kind.set)}`
  return tOr(`kind.${name}`, name)
}
