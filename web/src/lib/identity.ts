// Check characters of the two numbers that subjects are asked by, so that a slip of the finger is told at once.

/** What is wrong with a number; `null` when nothing is. */
export type Slip = 'length' | 'characters' | 'date' | 'check' | null

/** Full-width digits, spaces and hyphens as people paste them, made plain. */
export function plain(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000-]/g, '')
    .toUpperCase()
}

function realDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** The check character that belongs to the first 17 digits (GB 11643). */
export function residentIdCheck(first17: string): string {
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(first17[i]), 0)
  return '10X98765432'.charAt(sum % 11)
}

/** Checks a citizen identification number of 18 or, as in old records, 15 characters. */
export function checkResidentId(text: string): Slip {
  const id = plain(text)
  if (id.length !== 18 && id.length !== 15) return 'length'
  if (!(id.length === 15 ? /^\d{15}$/ : /^\d{17}[\dX]$/).test(id)) return 'characters'
  const birth = id.length === 15 ? `19${id.slice(6, 12)}` : id.slice(6, 14)
  if (!realDate(Number(birth.slice(0, 4)), Number(birth.slice(4, 6)), Number(birth.slice(6, 8)))) return 'date'
  return id.length === 15 || residentIdCheck(id) === id[17] ? null : 'check'
}

const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** The check character of the first 17 characters of a unified social credit code (GB 32100). */
export function creditCodeCheck(first17: string): string {
  let weight = 1
  let sum = 0
  for (const letter of first17) {
    sum += CREDIT_ALPHABET.indexOf(letter) * weight
    weight = (weight * 3) % 31
  }
  return CREDIT_ALPHABET.charAt((31 - (sum % 31)) % 31)
}

/** Checks a unified social credit code. */
export function checkCreditCode(text: string): Slip {
  const code = plain(text)
  if (code.length !== 18) return 'length'
  if ([...code].some((letter) => !CREDIT_ALPHABET.includes(letter))) return 'characters'
  return creditCodeCheck(code.slice(0, 17)) === code[17] ? null : 'check'
}

/** Checks a value by the kind of its item; kinds without a check character pass. */
export function checkByKind(kind: string, text: string): Slip {
  if (text.trim() === '') return null
  if (kind === 'resident_id') return checkResidentId(text)
  if (kind === 'credit_code') return checkCreditCode(text)
  return null
}
