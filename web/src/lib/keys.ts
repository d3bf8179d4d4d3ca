// Keys of rows as people read them. Pure.

/** A key of several items, with room to break the line between them. */
export const keyWords = (key: string) => key.split('|').map((part) => part || '—').join(' | ')

export interface SignedKey {
  at: number
  /** `+` only on the first side, `-` only on the second, `~` different. */
  sign: string
  key: string
}

/** Keys of rows that differ, each led by its sign. */
export const signedKeys = (keys: string[]): SignedKey[] => keys.map((one, at) => ({ at, sign: one.slice(0, 1), key: keyWords(one.slice(1)) }))
