// Browsers and doors in words. Pure.
import { t } from '@/i18n'

const BROWSERS: [RegExp, string][] = [[/Edg\//, 'Edge'], [/QQBrowser/, 'QQ 浏览器'], [/360SE|QIHU/i, '360 浏览器'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']]
const SYSTEMS: [RegExp, string][] = [[/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/Kylin|UOS|UnionTech/i, '国产操作系统'], [/Linux/, 'Linux']]

/** A browser as people call it; what is not known is shown as it names itself. */
export function browserWords(agent: string | null | undefined): string {
  if (!agent) return t('sessions.unknown')
  const [browser, system] = [BROWSERS, SYSTEMS].map((names) => names.find(([sign]) => sign.test(agent))?.[1])
  return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 60)
}

/** How somebody proved himself: `password`, `oidc:<service>`, with `+code` after a second factor. */
export function doorWords(door: string): string {
  const [first = '', second] = door.split('+')
  const way = first.startsWith('oidc') ? t('door.oidc') : t('door.password')
  return second ? `${way} + ${t('door.code')}` : way
}
