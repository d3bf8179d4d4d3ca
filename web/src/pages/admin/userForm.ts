// The form behind a user and its rules. Pure.
import type { Role, User } from '@/api'
import { t } from '@/i18n'

export const MIN = 10
export const ROLES: Role[] = ['platform_operator', 'business_operator', 'security_auditor', 'department_head', 'department_operator', 'department_developer']

/** The roles of the whole platform, of which no person holds two. */
export const isParted = (role: Role) => ['platform_operator', 'business_operator', 'security_auditor'].includes(role)
/** The roles that a platform operator alone does not give. */
export const isGuarded = (role: Role) => role === 'business_operator' || role === 'security_auditor'

export interface UserForm {
  id: string
  before: Role | ''
  username: string
  display_name: string
  role: Role
  organisation_id: string
  person: string
  password: string
  must_change: boolean
  reason: string
}

export function blankUser(): UserForm {
  return { id: '', before: '', username: '', display_name: '', role: 'department_operator', organisation_id: '', person: '', password: '', must_change: true, reason: '' }
}

export function userForm(user: User): UserForm {
  return { ...blankUser(), id: user.id, before: user.role, username: user.username, display_name: user.display_name, role: user.role, organisation_id: user.organisation.id, person: user.person ?? '' }
}

export function problems(form: UserForm): Record<string, string> {
  const found: Record<string, string> = {}
  const proposes = isGuarded(form.role) && form.role !== form.before
  if (!/^[a-z0-9._-]{2,32}$/i.test(form.username.trim())) found.username = t('user.usernameWrong')
  if (!form.display_name.trim()) found.display_name = t('form.required')
  if (!form.organisation_id) found.organisation_id = t('agent.needOrganisation')
  if (isParted(form.role) && !form.person.trim()) found.person = t('user.needPerson')
  if (proposes && !form.reason.trim()) found.reason = t('reason.missing')
  if (!proposes && !form.id && form.password.length < MIN) found.password = t('account.short', { n: MIN })
  return found
}
