// Flags of a value in words. A flag is a stable dotted code; what this version does not know is shown as it is.
import { tOr } from '@/i18n'

export function flagWords(flag: string): string {
  const exact = tOr(`flag.${flag}`, '')
  if (exact) return exact
  // `resident_id.check` and `credit_code.check` say the same of different numbers.
  const tail = flag.split('.').pop() ?? ''
  return tOr(`flag.${tail}`, flag)
}
