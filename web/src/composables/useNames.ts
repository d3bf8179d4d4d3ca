// Labels of the evidence (`user:<id>`, `user:<id> for user:<id>`) as people read them: the own name where it is known.
import { t } from '@/i18n'
import { useSession } from '@/stores/session'

export function useNames() {
  const session = useSession()
  function nameOf(label: string | null | undefined): string {
    if (!label) return ''
    if (label.includes(' for ')) return label.split(' for ').map(nameOf).join(` ${t('name.for')} `)
    const id = label.replace(/^user:/, '')
    if (id === session.user?.id) return session.user.display_name
    // An id says nothing to a reader; what is no id is a name already.
    return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? t('name.colleague') : id
  }
  return { nameOf }
}
