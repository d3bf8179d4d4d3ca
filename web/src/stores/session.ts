// Who is logged in.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { session as api, type ActingFor, type CodeNeeded, type Role, type SessionView, type User } from '@/api'

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null)
  /** True once the server was asked who is logged in; before that the router waits. */
  const known = ref(false)
  const role = computed<Role | null>(() => user.value?.role ?? null)
  const isDepartment = computed(() => role.value?.startsWith('department_') ?? false)

  /** Whom the user stands in for now, and for whom he may. */
  const actingFor = ref<ActingFor | null>(null)
  const delegations = ref<ActingFor[]>([])
  /** What must be done before any other page opens. */
  const due = ref<SessionView['due']>(null)

  function take(view: SessionView): void {
    user.value = view.user
    actingFor.value = view.acting_for ?? null
    delegations.value = view.delegations ?? []
    due.value = view.due ?? null
    known.value = true
  }

  async function restore(): Promise<void> {
    try {
      take(await api.get())
    } catch {
      user.value = null
    }
    known.value = true
  }

  /** The first step of a log-in; answers what is needed for the second, when there is one. */
  async function logIn(username: string, password: string): Promise<CodeNeeded | null> {
    const answer = await api.logIn(username, password)
    if ('challenge' in answer) return answer
    take(answer)
    return null
  }

  async function giveCode(challenge: string, code: string): Promise<void> {
    take(await api.code(challenge, code))
  }

  /** Stands in for somebody, or with `null` acts in one's own name again. */
  async function actFor(delegation: string | null): Promise<void> {
    take(await api.actFor(delegation))
  }

  async function logOut(): Promise<void> {
    try {
      await api.logOut()
    } finally {
      user.value = null
    }
  }

  function forget(): void {
    user.value = null
  }

  /** True when the user has one of these roles. */
  function can(...roles: Role[]): boolean {
    return role.value !== null && roles.includes(role.value)
  }

  /** True when the thing belongs to the user's own organisation. */
  function owns(organisationId: string | null | undefined): boolean {
    return !!organisationId && user.value?.organisation.id === organisationId
  }

  return { user, known, role, isDepartment, actingFor, delegations, due, restore, logIn, giveCode, actFor, logOut, forget, can, owns }
})
