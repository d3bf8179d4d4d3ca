// Flags of a value in words. A flag is a stable dotted code; what this version does not know is shown as it is.
import { tOr } from '@/i18n'

export function flagWords(flag: string): string {
  return tOr(`flag.${flag}`, flag)
}
