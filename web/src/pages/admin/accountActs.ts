// What may be done to an account of somebody else, and how. Pure.
import type { Role, User } from '@/api'
import type { UserIdentity } from '@/api/account'
import { t } from '@/i18n'
import { isGuarded } from './userForm'

export type AccountAct = 'disable' | 'enable' | 'reset_password' | 'reset_second_factor' | 'bind' | 'unbind'
/** At once; as a proposal that somebody else confirms; or by another platform operator, because the account is one's own. */
export type Way = 'direct' | 'proposal' | 'another'

/** Shutting somebody out is never delayed: a platform operator disables and unbinds alone whom he could not let in alone. */
const ALONE: AccountAct[] = ['disable', 'unbind']
const NOT_OWN: AccountAct[] = ['disable', 'enable', 'reset_password', 'reset_second_factor']

export function wayOf(act: AccountAct, user: Pick<User, 'id' | 'role'>, self: string | undefined): Way {
  if (user.id === self && NOT_OWN.includes(act)) return 'another'
  return isGuarded(user.role) && !ALONE.includes(act) ? 'proposal' : 'direct'
}

/** The role that confirms while nobody else holds the account's own. */
export const otherSide = (role: Role): Role => (role === 'security_auditor' ? 'business_operator' : 'security_auditor')

/** Who confirms a proposal about that account, in words. */
export const confirmedBy = (role: Role) => t('access.confirmedBy', { role: t(`role.${role}`), other: t(`role.${otherSide(role)}`) })

const KINDS = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789']
const LETTERS = KINDS.join('')

/** A number below the bound, each as likely as the others. */
export function draw(below: number): number {
  const one = new Uint32Array(1)
  const bound = Math.floor(2 ** 32 / below) * below
  do crypto.getRandomValues(one)
  while ((one[0] ?? 0) >= bound)
  return (one[0] ?? 0) % below
}

/** A password to be handed over and changed: four groups of what can be read aloud, all kinds in it, the user name not. */
export function temporaryPassword(username: string, take: (below: number) => number = draw): string {
  for (;;) {
    const group = () => Array.from({ length: 4 }, () => LETTERS.charAt(take(LETTERS.length))).join('')
    const made = [group(), group(), group(), group()].join('-')
    const mixed = KINDS.every((kind) => [...made].some((letter) => kind.includes(letter)))
    if (mixed && !made.toLowerCase().includes(username.trim().toLowerCase())) return made
  }
}

export interface BindingForm {
  provider: string
  subject: string
  reason: string
}

const LONGEST_SUBJECT = 255

/** What is missing in the form; empty when nothing is. */
export function bindingProblem(form: BindingForm, way: Way): string {
  if (!form.provider) return t('binding.needService')
  if (!form.subject.trim()) return t('binding.needSubject')
  if (form.subject.trim().length > LONGEST_SUBJECT) return t('binding.longSubject', { n: LONGEST_SUBJECT })
  return way === 'proposal' && !form.reason.trim() ? t('reason.missing') : ''
}

/** The account that a new binding would take the place of. */
export const replacedBy = (form: BindingForm, bound: UserIdentity[]) => bound.find((one) => one.provider === form.provider && one.subject !== form.subject.trim())
