// Settings in words, and what may be entered. Pure.
import type { Setting, SettingChoice } from '@/api'
import { say, t } from '@/i18n'

/** A value of a setting in words. */
export function settingWords(setting: Setting, value: Setting['value']): string {
  if (setting.kind === 'days') return t('setting.days', { n: Number(value) })
  if (setting.kind === 'flag') return value ? t('word.yes') : t('word.no')
  if (Array.isArray(value)) return value.map(say).join('、') || '—'
  return String(value)
}

export function isChanged(setting: Setting): boolean {
  return JSON.stringify(setting.value) !== JSON.stringify(setting.default)
}

/** What is wrong with a number; empty when nothing is. */
export function numberProblem(setting: Setting, text: string): string {
  const value = Number(text)
  if (!/^-?\d+$/.test(text.trim())) return t('setting.needNumber')
  if ((setting.min ?? -Infinity) > value || (setting.max ?? Infinity) < value) return t('setting.between', { min: setting.min ?? '', max: setting.max ?? '' })
  return ''
}

/** What is wrong with a list; empty when nothing is. */
export function choicesProblem(choices: SettingChoice[]): string {
  if (!choices.length) return t('setting.needChoice')
  const seen = new Set<string>()
  for (const [i, one] of choices.entries()) {
    if (!/^[a-z][a-z0-9_]*$/.test(one.code.trim()) || !one.zh.trim() || !one.en.trim()) return t('setting.choiceIncomplete', { n: i + 1 })
    if (seen.has(one.code.trim())) return t('setting.choiceTwice', { code: one.code })
    seen.add(one.code.trim())
  }
  return ''
}
