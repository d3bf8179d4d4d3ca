// Two languages, one list: every message is a pair [Chinese, English], so that neither can be forgotten.
import { ref, watchEffect } from 'vue'
import { messages, type MessageKey } from './messages'

export type { MessageKey } from './messages'
export type Lang = 'zh' | 'en'

const STORED = 'guantong.lang'

function initial(): Lang {
  try {
    const kept = localStorage.getItem(STORED)
    if (kept === 'zh' || kept === 'en') return kept
  } catch {
    // Storage may be switched off by policy; Chinese is the default then.
  }
  return 'zh'
}

/** The language shown now; changing it changes every text at once and is kept for the next visit. */
export const lang = ref<Lang>(initial())

/** Puts values into the `{name}` places of a text. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** The message of this key in the language shown now. */
export function t(key: MessageKey, values?: Record<string, string | number>): string {
  return fill(messages[key][lang.value === 'zh' ? 0 : 1], values)
}

/** The message of a key made from data, or `otherwise` when the data has a value that this version does not know. */
export function tOr(key: string, otherwise: string): string {
  return Object.prototype.hasOwnProperty.call(messages, key) ? t(key as MessageKey) : otherwise
}

/** Chooses between the two languages of a thing that carries both. */
export function say(both: { zh?: string | null; en?: string | null }): string {
  const [first, second] = lang.value === 'zh' ? [both.zh, both.en] : [both.en, both.zh]
  return first || second || ''
}

/** Sentences after each other, with the space that only one of the languages wants. */
export const sentences = (...parts: string[]): string => parts.filter(Boolean).join(lang.value === 'zh' ? '' : ' ')

/** Keeps `<html lang>` and the stored choice in step. Called once at start. */
export function followLanguage(): void {
  watchEffect(() => {
    document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
    try {
      localStorage.setItem(STORED, lang.value)
    } catch {
      // Not kept then; nothing else depends on it.
    }
  })
}
